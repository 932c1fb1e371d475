<?php
/** Products of the shop for `nearside sync`, at /wp-json/nearside/v1/products. */

defined('ABSPATH') || exit;

/** Seconds for which an answer is reused, because the address is public. */
const NEARSIDE_FEED_AGE = 60;

/** A product or a variation, in the columns of WooCommerce's export. */
function nearside_row($product): array {
    // With or without tax, as the shop's own pages show prices.
    $price = fn($amount) => $amount === '' ? '' : wc_get_price_to_display($product, ['price' => $amount]);
    $time = fn($date) => $date ? gmdate('Y-m-d\TH:i:s\Z', $date->getTimestamp()) : '';
    return [
        'ID' => $product->get_id(),
        'Type' => $product->get_type(),
        'SKU' => $product->get_sku(),
        'Name' => $product->get_name(),
        'Published' => 1,
        'Description' => $product->get_short_description() ?: $product->get_description(),
        'Regular price' => $price($product->get_regular_price()),
        'Sale price' => $price($product->get_sale_price()),
        'Date sale price starts' => $time($product->get_date_on_sale_from()),
        'Date sale price ends' => $time($product->get_date_on_sale_to()),
        'In stock?' => $product->is_in_stock() ? 1 : 0,
        'Date created' => $time($product->get_date_created()),
        'Categories' => nearside_category($product),
        'Images' => wp_get_attachment_url($product->get_image_id()) ?: '',
        'Parent' => $product->get_parent_id() ? 'id:' . $product->get_parent_id() : '',
        // Empty instead of 0, so that a variation has its parent's rating.
        'Rating' => (float) $product->get_average_rating() ?: '',
        'Rating count' => $product->get_rating_count() ?: '',
        'Permalink' => $product->get_permalink(),
        'Currency' => get_woocommerce_currency(),
    ];
}

/** Path of the first category, such as `Kitchen > Mugs`. */
function nearside_category($product): string {
    $terms = get_the_terms($product->get_id(), 'product_cat');
    $names = [];
    for ($term = is_array($terms) ? $terms[0] : null; $term instanceof WP_Term; $term = get_term($term->parent)) {
        array_unshift($names, wp_specialchars_decode($term->name));
    }
    return implode(' > ', $names);
}

/** Rows of what a visitor may see: no drafts, and no private, hidden or protected products. */
function nearside_rows(): array {
    $rows = [];
    for ($page = 1, $count = 100; $count === 100; $page++) {
        $asked = ['status' => 'publish', 'limit' => 100, 'page' => $page, 'orderby' => 'ID', 'order' => 'ASC'];
        $products = wc_get_products($asked);
        $count = count($products);
        foreach ($products as $product) {
            if ($product->get_catalog_visibility() === 'hidden' || get_post($product->get_id())->post_password) {
                continue;
            }
            $rows[] = nearside_row($product);
            $variations = $product->is_type('variable') ? array_map('wc_get_product', $product->get_children()) : [];
            foreach ($variations as $variation) {
                if ($variation && $variation->get_status() === 'publish') {
                    $rows[] = nearside_row($variation);
                }
            }
        }
    }
    return $rows;
}

add_action('rest_api_init', function () {
    register_rest_route('nearside/v1', '/products', [
        'methods' => 'GET',
        'permission_callback' => '__return_true',
        'callback' => function ($request) {
            $rows = get_transient('nearside_products');
            if (!is_array($rows)) {
                $rows = nearside_rows();
                set_transient('nearside_products', $rows, NEARSIDE_FEED_AGE);
            }
            $tag = '"' . md5(wp_json_encode($rows)) . '"';
            $same = $request->get_header('if_none_match') === $tag;
            return new WP_REST_Response($same ? null : $rows, $same ? 304 : 200, ['ETag' => $tag]);
        },
    ]);
});
