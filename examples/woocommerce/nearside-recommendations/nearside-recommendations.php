<?php
/**
 * Plugin Name: Nearside recommendations
 * Description: Lists that learn in the shopper's own browser: the block “Recommendations”, or [nearside].
 * Version: 0.1.0
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * License: MIT
 */

defined('ABSPATH') || exit;

require __DIR__ . '/feed.php';

/** What `nearside publish` wrote to page.html: what goes into the head, and a list. */
function nearside_parts(): array {
    static $parts = null;
    if ($parts === null) {
        $file = wp_upload_dir()['basedir'] . '/nearside/page.html';
        $html = is_readable($file) ? file_get_contents($file) : '';
        $parts = array_pad(preg_split('/^<!-- .* -->\n/m', $html, -1, PREG_SPLIT_NO_EMPTY), 2, '');
    }
    return $parts;
}

/** As the import names products. */
function nearside_id($product): string {
    return $product->get_sku() ?: (string) $product->get_id();
}

function nearside_item($product, $quantity = 1): array {
    return ['item_id' => nearside_id($product), 'price' => (float) $product->get_price(), 'quantity' => $quantity];
}

/** What this page tells the shopper's browser, by GA4's conventions. */
function nearside_events(): array {
    if (is_product()) {
        return [['event' => 'view_item', 'ecommerce' => ['items' => [nearside_item(wc_get_product(get_queried_object_id()))]]]];
    }
    if (is_search()) {
        return [['event' => 'search', 'search_term' => get_search_query(false)]];
    }
    if (!is_order_received_page()) {
        return [];
    }
    $order = wc_get_order(absint(get_query_var('order-received')));
    // Whoever has only its number isn't told what is in it; and it is told once.
    if (!$order || !$order->key_is_valid(wp_unslash($_GET['key'] ?? '')) || $order->get_meta('_nearside_told')) {
        return [];
    }
    $order->update_meta_data('_nearside_told', '1');
    $order->save();
    $items = [];
    foreach ($order->get_items() as $line) {
        if ($line->get_product()) {
            $items[] = nearside_item($line->get_product(), $line->get_quantity());
        }
    }
    return [['event' => 'purchase', 'ecommerce' => ['items' => $items]]];
}

add_action('wp_enqueue_scripts', function () {
    if (apply_filters('nearside_events', true)) {
        wp_enqueue_script('nearside-events', plugins_url('events.js', __FILE__), [], '0.1.0', ['strategy' => 'defer']);
    }
});

add_action('wp_head', function () {
    echo nearside_parts()[0];
    if (apply_filters('nearside_events', true)) {
        // No script: a policy against those in the page keeps it.
        $events = wp_json_encode(nearside_events(), JSON_HEX_TAG | JSON_HEX_AMP);
        echo '<script type="application/json" id="nearside-events">' . $events . "</script>\n";
    }
});

/** A list, by shortcode or block. */
function nearside_list($given): string {
    $asked = shortcode_atts(['heading' => 'For you', 'limit' => '8', 'about' => ''], $given);
    $attributes = ['heading' => $asked['heading'], 'limit' => $asked['limit']];
    $about = ['similar' => 'for-item', 'together' => 'with-item'][$asked['about']] ?? null;
    if ($about && is_product()) {
        $attributes[$about] = nearside_id(wc_get_product(get_queried_object_id()));
    }
    $tag = '<nearside-recommendations';
    foreach ($attributes as $name => $value) {
        $tag .= ' ' . $name . '="' . esc_attr($value) . '"';
    }
    $list = preg_replace('/^<nearside-recommendations[^>]*>/', '', trim(nearside_parts()[1]));
    return $list === '' ? '' : $tag . '>' . $list;
}

add_shortcode('nearside', 'nearside_list');
add_action('init', function () {
    $needs = ['wp-block-editor', 'wp-blocks', 'wp-components', 'wp-element'];
    wp_register_script('nearside-block', plugins_url('block.js', __FILE__), $needs, '0.1.0');
    register_block_type('nearside/recommendations', [
        'api_version' => 3,
        'title' => 'Recommendations',
        'description' => 'A list that learns in the shopper’s own browser.',
        'category' => 'widgets',
        'icon' => 'products',
        'attributes' => [
            'heading' => ['type' => 'string', 'default' => 'For you'],
            'limit' => ['type' => 'number', 'default' => 8],
            'about' => ['type' => 'string', 'default' => ''],
        ],
        'editor_script_handles' => ['nearside-block'],
        'render_callback' => 'nearside_list',
    ]);
});
