<?php
/** Sets a WordPress up, step by step, as its owner would: `php shop.php FOLDER ADDRESS STEP [FILE]`. */
[, $folder, $address, $step, $file] = [...$argv, ''];
$_SERVER['HTTP_HOST'] = parse_url($address, PHP_URL_HOST) . ':' . parse_url($address, PHP_URL_PORT);
if ($step === 'install') {
    define('WP_INSTALLING', true);
}
require "$folder/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';
wp_set_current_user(1);

function must($value) {
    if (!$value || is_wp_error($value)) {
        fwrite(STDERR, is_wp_error($value) ? $value->get_error_message() : 'line ' . debug_backtrace()[0]['line']);
        exit(1);
    }
    return $value;
}

function product_of(string $sku): int {
    return must(get_posts(['post_type' => 'product', 'meta_key' => '_sku', 'meta_value' => $sku, 'fields' => 'ids']))[0];
}

$steps = [
    'install' => function () use ($address) {
        must(wp_install('Shop', 'owner', 'owner@example.org', false, '', 'password'));
        update_option('siteurl', $address);
        update_option('home', $address);
        update_option('permalink_structure', '/%postname%/');
    },
    // Uploads the plugin's zip and activates it. Without WooCommerce, the activation must fail.
    'activate' => function () use ($file) {
        switch_theme('twentytwentyfive');
        must((new Plugin_Upgrader(new Automatic_Upgrader_Skin()))->install($file) === true);
        $plugin = 'nearside-recommendations/nearside-recommendations.php';
        must(is_wp_error(activate_plugin($plugin)));
        must(activate_plugin('woocommerce/woocommerce.php') === null);
        must(activate_plugin($plugin) === null);
    },
    'fill' => function () use ($file) {
        $category = must(wp_insert_term('Gifts &amp; more', 'product_cat'))['term_id'];
        foreach (json_decode(file_get_contents($file), true) as $item) {
            $product = must(wp_insert_post([
                'post_type' => 'product',
                'post_status' => $item['status'] ?? 'publish',
                'post_title' => $item['title'],
                'post_password' => $item['password'] ?? '',
                'post_content' => '[nearside heading="Similar" about="similar" limit="4"]'
                    . '<form class="cart" action="/cart"><input name="quantity" value="3"><button>Add</button></form>',
                'meta_input' => ['_sku' => $item['id'], '_regular_price' => $item['price'], '_visibility' => $item['visibility'] ?? '', '_wc_average_rating' => '4.50', '_wc_review_count' => 2],
            ]));
            wp_set_object_terms($product, $category, 'product_cat');
        }
        $home = must(wp_insert_post([
            'post_type' => 'page',
            'post_status' => 'publish',
            'post_title' => 'Home',
            'post_content' => '<!-- wp:nearside/recommendations {"heading":"Chosen","limit":6} /-->',
        ]));
        update_option('show_on_front', 'page');
        update_option('page_on_front', $home);
        flush_rewrite_rules();
    },
    // A price changes, and a product goes to the bin.
    'change' => function () use ($file) {
        [$changed, $gone] = explode(',', $file);
        update_post_meta(product_of($changed), '_regular_price', '99.50');
        must(wp_trash_post(product_of($gone)));
        delete_transient('nearside_products');
    },
];
$steps[$step]();
