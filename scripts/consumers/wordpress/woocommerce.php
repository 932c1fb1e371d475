<?php
/**
 * Plugin Name: WooCommerce
 * Description: Stands in for WooCommerce, which Debian doesn't have: the functions that Nearside's plugin calls, over WordPress' own posts.
 * Version: 0.0.1
 */

defined('ABSPATH') || exit;

add_action('init', function () {
    register_post_type('product', ['public' => true, 'label' => 'Products', 'show_in_rest' => true]);
    register_taxonomy('product_cat', 'product', ['hierarchical' => true]);
});

class Stand_In_Product {
    private $post;
    function __construct($post) { $this->post = $post; }
    private function meta($name) { return (string) get_post_meta($this->post->ID, $name, true); }
    private function time($name) { return $this->meta($name) === '' ? null : new DateTimeImmutable($this->meta($name)); }
    function get_id() { return $this->post->ID; }
    function get_type() { return $this->post->post_parent ? 'variation' : ($this->meta('_type') ?: 'simple'); }
    function is_type($type) { return $this->get_type() === $type; }
    function get_sku() { return $this->meta('_sku'); }
    function get_name() { return $this->post->post_title; }
    function get_status() { return $this->post->post_status; }
    function get_catalog_visibility() { return $this->meta('_visibility') ?: 'visible'; }
    function get_description() { return ''; }
    function get_short_description() { return $this->post->post_excerpt; }
    function get_regular_price() { return $this->meta('_regular_price'); }
    function get_sale_price() { return $this->meta('_sale_price'); }
    function get_price() { return $this->get_sale_price() ?: $this->get_regular_price(); }
    function get_date_on_sale_from() { return $this->time('_sale_from'); }
    function get_date_on_sale_to() { return $this->time('_sale_to'); }
    function get_date_created() { return new DateTimeImmutable($this->post->post_date_gmt . ' UTC'); }
    function is_in_stock() { return $this->meta('_stock_status') !== 'outofstock'; }
    function get_average_rating() { return $this->meta('_wc_average_rating') ?: 0; }
    function get_rating_count() { return (int) $this->meta('_wc_review_count'); }
    function get_image_id() { return 0; }
    function get_parent_id() { return $this->post->post_parent; }
    function get_children() { return get_posts(['post_type' => 'product', 'post_parent' => $this->post->ID, 'fields' => 'ids', 'numberposts' => -1, 'post_status' => 'any']); }
    function get_permalink() { return get_permalink($this->post); }
}

class Stand_In_Order {
    private $meta;
    function __construct() { $this->meta = get_option('stand_in_order', []); }
    function key_is_valid($key) { return $key === 'wc_order_k'; }
    function get_meta($name) { return $this->meta[$name] ?? ''; }
    function update_meta_data($name, $value) { $this->meta[$name] = $value; }
    function save() { update_option('stand_in_order', $this->meta); }
    function get_items() { return [new class {
        function get_product() { return wc_get_product(get_posts(['post_type' => 'product', 'post_parent' => 0])[0]->ID); }
        function get_quantity() { return 2; }
    }]; }
}

function wc_get_product($id) { $post = get_post($id); return $post && $post->post_type === 'product' ? new Stand_In_Product($post) : false; }
function wc_get_products($asked) {
    $posts = get_posts(['post_type' => 'product', 'post_parent' => 0, 'post_status' => $asked['status'], 'numberposts' => $asked['limit'],
        'offset' => ($asked['page'] - 1) * $asked['limit'], 'orderby' => $asked['orderby'], 'order' => $asked['order']]);
    return array_map(fn($post) => new Stand_In_Product($post), $posts);
}
function wc_get_order($number) { return $number === 77 ? new Stand_In_Order() : false; }
/** The shop's prices are without tax, and its pages show them with 20 % tax. */
function wc_get_price_to_display($product, $args) { return round($args['price'] * 1.2, 2); }
function get_woocommerce_currency() { return 'GBP'; }
function is_product() { return is_singular('product'); }
function is_order_received_page() { return (bool) get_query_var('order-received'); }
add_filter('query_vars', fn($names) => [...$names, 'order-received']);
