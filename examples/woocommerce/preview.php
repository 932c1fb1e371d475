<?php
/**
 * Pages as the plugin would make them: `php preview.php SITE OUT`, of a folder that `publish` made with
 * --base /wp-content/uploads/nearside/. Stands in for what the plugin asks of WordPress and WooCommerce.
 */
[, $site, $out] = $argv;
const ABSPATH = '/';

$page = ['kind' => 'home', 'product' => null];
$hooks = [];
$shortcodes = [];

function add_action($name, $run) { global $hooks; $hooks[$name][] = $run; }
function do_action($name) { global $hooks; foreach ($hooks[$name] ?? [] as $run) { $run(); } }
function apply_filters($name, $value) { return $value; }
function add_shortcode($name, $run) { global $shortcodes; $shortcodes[$name] = $run; }
function shortcode_atts($all, $given) { return array_merge($all, array_intersect_key((array) $given, $all)); }
function wp_upload_dir() { global $out; return ['basedir' => "$out/wp-content/uploads"]; }
function plugins_url($file) { return "/wp-content/plugins/nearside-recommendations/$file"; }
function wp_enqueue_script($name, $url) { echo "<script defer src=\"$url\"></script>\n"; }
function wp_json_encode($value, $flags) { return json_encode($value, $flags); }
function wp_unslash($value) { return $value; }
function esc_attr($text) { return htmlspecialchars($text, ENT_QUOTES); }
function absint($value) { return abs((int) $value); }
function is_product() { global $page; return $page['kind'] === 'product'; }
function is_search() { global $page; return $page['kind'] === 'search'; }
function is_order_received_page() { global $page; return $page['kind'] === 'order'; }
function get_search_query($escaped) { return 'mug </script>'; }
function get_query_var($name) { return '77'; }
function get_queried_object_id() { global $page; return $page['product']['id']; }
function wc_get_product($id) { global $page; return new Product($page['product']); }
function wc_get_order($number) { global $order; return $number === 77 ? $order : false; }

class Product {
    private $item;
    function __construct($item) { $this->item = $item; }
    function get_sku() { return $this->item['id']; }
    function get_id() { return 7; }
    function get_price() { return (string) ($this->item['price'] ?? 0); }
}
class Line {
    private $item;
    function __construct($item) { $this->item = $item; }
    function get_product() { return new Product($this->item); }
    function get_quantity() { return 2; }
}
class Order {
    private $meta = [];
    private $items;
    function __construct($items) { $this->items = $items; }
    function key_is_valid($key) { return $key === 'wc_order_k'; }
    function get_meta($name) { return $this->meta[$name] ?? ''; }
    function update_meta_data($name, $value) { $this->meta[$name] = $value; }
    function save() {}
    function get_items() { return array_map(fn($item) => new Line($item), $this->items); }
}

require __DIR__ . '/nearside-recommendations/nearside-recommendations.php';
$items = json_decode(file_get_contents("$site/catalog.json"), true);
$order = new Order(array_slice($items, 40, 1));

function page(string $file, string $kind, string $body, ?array $product = null): void {
    global $page, $out, $shortcodes;
    $page = ['kind' => $kind, 'product' => $product];
    ob_start();
    echo '<!doctype html><title>Shop</title><link rel="icon" href="data:,">';
    do_action('wp_enqueue_scripts');
    do_action('wp_head');
    echo $shortcodes['nearside'](['limit' => '8']) . $body;
    if ($kind === 'product') {
        echo $shortcodes['nearside'](['heading' => 'Similar', 'about' => 'similar', 'limit' => '4']);
    }
    file_put_contents("$out/$file.html", ob_get_clean());
}

page('index', 'home', '');
page('p', 'product', '<form class="cart" action="/cart"><input name="quantity" value="3"><button>Add to basket</button></form>', $items[30]);
page('s', 'search', '');
page('other-order', 'order', '');
$_GET['key'] = 'wc_order_k';
page('order', 'order', '');
page('order-again', 'order', '');
