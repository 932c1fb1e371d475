;; Loops over rows of float32 in SIMD, for the parts of a training step that are not matrix products. Addresses in
;; bytes; numbers of floats are multiples of 4. A row has 64 floats.
(module
  (import "env" "memory" (memory 1))

  ;; out[k] = table[index[k]]
  (func (export "gather") (param $out i32) (param $table i32) (param $index i32) (param $count i32)
    (local $from i32) (local $end i32)
    (local.set $count (i32.add (local.get $index) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $index) (local.get $count)))
        (local.set $from (i32.add (local.get $table) (i32.shl (i32.load (local.get $index)) (i32.const 8))))
        (local.set $end (i32.add (local.get $out) (i32.const 256)))
        (loop $floats
          (v128.store (local.get $out) (v128.load (local.get $from)))
          (v128.store offset=16 (local.get $out) (v128.load offset=16 (local.get $from)))
          (local.set $from (i32.add (local.get $from) (i32.const 32)))
          (local.set $out (i32.add (local.get $out) (i32.const 32)))
          (br_if $floats (i32.lt_u (local.get $out) (local.get $end))))
        (local.set $index (i32.add (local.get $index) (i32.const 4)))
        (br $rows))))

  ;; table[index[k]] += rows[k]
  (func (export "scatter") (param $table i32) (param $rows i32) (param $index i32) (param $count i32)
    (local.set $count (i32.add (local.get $index) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $index) (local.get $count)))
        (call $add
          (i32.add (local.get $table) (i32.shl (i32.load (local.get $index)) (i32.const 8)))
          (local.get $rows) (i32.const 64) (f32.const 1))
        (local.set $rows (i32.add (local.get $rows) (i32.const 256)))
        (local.set $index (i32.add (local.get $index) (i32.const 4)))
        (br $next))))

  ;; into += factor · from
  (func $add (export "add") (param $into i32) (param $from i32) (param $floats i32) (param $factor f32)
    (local $end i32) (local $f v128)
    (local.set $f (f32x4.splat (local.get $factor)))
    (local.set $end (i32.add (local.get $into) (i32.shl (local.get $floats) (i32.const 2))))
    (loop $next
      (v128.store (local.get $into)
        (f32x4.add (v128.load (local.get $into)) (f32x4.mul (local.get $f) (v128.load (local.get $from)))))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (local.set $into (i32.add (local.get $into) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $into) (local.get $end)))))

  (func (export "dot") (param $a i32) (param $b i32) (param $floats i32) (result f32)
    (local $end i32) (local $sum v128)
    (local.set $end (i32.add (local.get $a) (i32.shl (local.get $floats) (i32.const 2))))
    (loop $next
      (local.set $sum
        (f32x4.add (local.get $sum) (f32x4.mul (v128.load (local.get $a)) (v128.load (local.get $b)))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $a) (local.get $end))))
    (call $sum (local.get $sum)))

  (func $sum (param $x v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $x)) (f32x4.extract_lane 1 (local.get $x)))
      (f32.add (f32x4.extract_lane 2 (local.get $x)) (f32x4.extract_lane 3 (local.get $x)))))

  ;; row += shift. Returns the largest value of the row.
  (func (export "shift") (param $row i32) (param $shift i32) (param $floats i32) (result f32)
    (local $end i32) (local $x v128) (local $most v128)
    (local.set $most (f32x4.splat (f32.const -1e30)))
    (local.set $end (i32.add (local.get $row) (i32.shl (local.get $floats) (i32.const 2))))
    (loop $next
      (local.set $x (f32x4.add (v128.load (local.get $row)) (v128.load (local.get $shift))))
      (v128.store (local.get $row) (local.get $x))
      (local.set $most (f32x4.max (local.get $most) (local.get $x)))
      (local.set $row (i32.add (local.get $row) (i32.const 16)))
      (local.set $shift (i32.add (local.get $shift) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $row) (local.get $end))))
    (f32.max
      (f32.max (f32x4.extract_lane 0 (local.get $most)) (f32x4.extract_lane 1 (local.get $most)))
      (f32.max (f32x4.extract_lane 2 (local.get $most)) (f32x4.extract_lane 3 (local.get $most)))))

  ;; row = exp(row − most), 0 for values below −1e29. Returns the row's sum. e^x = 2^n · e^r with a polynomial for
  ;; |r| ≤ ln 2 / 2, as in Cephes: relative error 1e-7. x ≥ −87 keeps 2^n in range.
  (func (export "exp") (param $row i32) (param $floats i32) (param $most f32) (result f32)
    (local $end i32) (local $x v128) (local $n v128) (local $r v128) (local $y v128) (local $sum v128)
    (local.set $end (i32.add (local.get $row) (i32.shl (local.get $floats) (i32.const 2))))
    (loop $next
      (local.set $x
        (f32x4.max
          (f32x4.sub (v128.load (local.get $row)) (f32x4.splat (local.get $most)))
          (f32x4.splat (f32.const -87))))
      (local.set $n (f32x4.nearest (f32x4.mul (local.get $x) (f32x4.splat (f32.const 1.44269504)))))
      (local.set $r
        (f32x4.sub
          (f32x4.sub (local.get $x) (f32x4.mul (local.get $n) (f32x4.splat (f32.const 0.693359375))))
          (f32x4.mul (local.get $n) (f32x4.splat (f32.const -2.12194440e-4)))))
      (local.set $y (f32x4.splat (f32.const 1.9875691500e-4)))
      (local.set $y (f32x4.add (f32x4.mul (local.get $y) (local.get $r)) (f32x4.splat (f32.const 1.3981999507e-3))))
      (local.set $y (f32x4.add (f32x4.mul (local.get $y) (local.get $r)) (f32x4.splat (f32.const 8.3334519073e-3))))
      (local.set $y (f32x4.add (f32x4.mul (local.get $y) (local.get $r)) (f32x4.splat (f32.const 4.1665795894e-2))))
      (local.set $y (f32x4.add (f32x4.mul (local.get $y) (local.get $r)) (f32x4.splat (f32.const 1.6666665459e-1))))
      (local.set $y (f32x4.add (f32x4.mul (local.get $y) (local.get $r)) (f32x4.splat (f32.const 5.0000001201e-1))))
      (local.set $y
        (f32x4.add
          (f32x4.add
            (f32x4.mul (local.get $y) (f32x4.mul (local.get $r) (local.get $r)))
            (local.get $r))
          (f32x4.splat (f32.const 1))))
      (local.set $y
        (f32x4.mul (local.get $y)
          (i32x4.shl
            (i32x4.add (i32x4.trunc_sat_f32x4_s (local.get $n)) (i32x4.splat (i32.const 127)))
            (i32.const 23))))
      (local.set $y
        (v128.and (local.get $y)
          (f32x4.gt (v128.load (local.get $row)) (f32x4.splat (f32.const -1e29)))))
      (v128.store (local.get $row) (local.get $y))
      (local.set $sum (f32x4.add (local.get $sum) (local.get $y)))
      (local.set $row (i32.add (local.get $row) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $row) (local.get $end))))
    (call $sum (local.get $sum)))

  ;; row *= factor; sums += row
  (func (export "scale") (param $row i32) (param $sums i32) (param $floats i32) (param $factor f32)
    (local $end i32) (local $x v128)
    (local.set $end (i32.add (local.get $row) (i32.shl (local.get $floats) (i32.const 2))))
    (loop $next
      (local.set $x (f32x4.mul (v128.load (local.get $row)) (f32x4.splat (local.get $factor))))
      (v128.store (local.get $row) (local.get $x))
      (v128.store (local.get $sums) (f32x4.add (v128.load (local.get $sums)) (local.get $x)))
      (local.set $row (i32.add (local.get $row) (i32.const 16)))
      (local.set $sums (i32.add (local.get $sums) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $row) (local.get $end)))))

  ;; One step of AdamW with gradient · factor; clears the gradient.
  (func (export "adam")
    (param $value i32) (param $gradient i32) (param $first i32) (param $second i32) (param $floats i32)
    (param $factor f32) (param $keep f32) (param $rate f32)
    (param $rest1 f32) (param $rest2 f32) (param $epsilon f32)
    (local $end i32) (local $g v128) (local $m v128) (local $v v128)
    (local.set $end (i32.add (local.get $value) (i32.shl (local.get $floats) (i32.const 2))))
    (loop $next
      (local.set $g (f32x4.mul (v128.load (local.get $gradient)) (f32x4.splat (local.get $factor))))
      (local.set $m (v128.load (local.get $first)))
      (local.set $m
        (f32x4.add (local.get $m)
          (f32x4.mul (f32x4.splat (local.get $rest1)) (f32x4.sub (local.get $g) (local.get $m)))))
      (local.set $v (v128.load (local.get $second)))
      (local.set $v
        (f32x4.add (local.get $v)
          (f32x4.mul (f32x4.splat (local.get $rest2))
            (f32x4.sub (f32x4.mul (local.get $g) (local.get $g)) (local.get $v)))))
      (v128.store (local.get $first) (local.get $m))
      (v128.store (local.get $second) (local.get $v))
      (v128.store (local.get $value)
        (f32x4.sub
          (f32x4.mul (v128.load (local.get $value)) (f32x4.splat (local.get $keep)))
          (f32x4.div
            (f32x4.mul (f32x4.splat (local.get $rate)) (local.get $m))
            (f32x4.add (f32x4.sqrt (local.get $v)) (f32x4.splat (local.get $epsilon))))))
      (v128.store (local.get $gradient) (v128.const i64x2 0 0))
      (local.set $gradient (i32.add (local.get $gradient) (i32.const 16)))
      (local.set $first (i32.add (local.get $first) (i32.const 16)))
      (local.set $second (i32.add (local.get $second) (i32.const 16)))
      (local.set $value (i32.add (local.get $value) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $value) (local.get $end))))))
