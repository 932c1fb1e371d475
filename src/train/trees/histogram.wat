;; Adds rows to a histogram: for each column, adds the row's gradient and curvature, and 1, to the sums of its bin.
(module
  (import "env" "memory" (memory 1))

  ;; sums: 32 bytes a bin (gradient, curvature, rows, unused; float64). places: uint16 [all rows, width], bin number.
  ;; slopes: float64 [all rows, 2], gradients and curvatures. rows: int32 [count]. Addresses in bytes; width ≥ 1.
  (func (export "run")
    (param $sums i32) (param $places i32) (param $width i32) (param $slopes i32) (param $rows i32) (param $count i32)
    (local $row i32) (local $at i32) (local $end i32) (local $bin i32) (local $slope v128)
    (local.set $width (i32.shl (local.get $width) (i32.const 1)))
    (local.set $count (i32.add (local.get $rows) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $rows) (local.get $count)))
        (local.set $row (i32.load (local.get $rows)))
        (local.set $slope
          (v128.load (i32.add (local.get $slopes) (i32.shl (local.get $row) (i32.const 4)))))
        (local.set $at (i32.add (local.get $places) (i32.mul (local.get $row) (local.get $width))))
        (local.set $end (i32.add (local.get $at) (local.get $width)))
        (loop $columns
          (local.set $bin
            (i32.add (local.get $sums) (i32.shl (i32.load16_u (local.get $at)) (i32.const 5))))
          (v128.store (local.get $bin) (f64x2.add (v128.load (local.get $bin)) (local.get $slope)))
          (f64.store offset=16 (local.get $bin)
            (f64.add (f64.load offset=16 (local.get $bin)) (f64.const 1)))
          (local.set $at (i32.add (local.get $at) (i32.const 2)))
          (br_if $columns (i32.lt_u (local.get $at) (local.get $end))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (br $next)))))
