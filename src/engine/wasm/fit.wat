;; Sums over the rows of one case of the personal fit: SIMD on float32, with the same bits in every browser.
;;
;; For rows x_r with offsets o_r and e_r = exp(o_r + x_r · q − shift), `run` writes the sum of e_r x_r, the sum of
;; e_r, and the largest o_r + x_r · q. The shift is guessed, because the largest score is known only at the end.
;;
;; Eight rows are computed at a time. They are read twice, the second time from the first-level cache.
;;
;; Memory, where a row has `width` bytes, a multiple of 16:
;;   0              q
;;   width          result: sum of e_r x_r
;;   2 width        result: sum of e_r, in four parts
;;   2 width + 16   result: largest o_r + x_r · q, in four parts
(module
  (import "env" "memory" (memory 1))

  ;; e^x of four numbers, by additions and multiplications only, because `Math.exp` differs between browsers.
  ;; Relative error 1.2e-7; below −87 it gives 0, so that padding adds exactly 0.
  ;; Polynomial: expf of the Cephes library, for x = k ln 2 + r and |r| <= ln 2 / 2.
  (func $exp (param $x v128) (result v128)
    (local $below v128) (local $k v128) (local $r v128)
    (local.set $below (f32x4.le (local.get $x) (f32x4.splat (f32.const -87))))
    (local.set $x (f32x4.pmax (local.get $x) (f32x4.splat (f32.const -87))))
    ;; Adding 1.5 · 2^23 rounds x / ln 2 to the integer k, which is then in the low bits.
    (local.set $k (f32x4.add
      (f32x4.mul (local.get $x) (f32x4.splat (f32.const 1.4426950408889634)))
      (f32x4.splat (f32.const 12582912))))
    ;; r = x − k ln 2, with ln 2 in two parts.
    (local.set $r (f32x4.sub (local.get $k) (f32x4.splat (f32.const 12582912))))
    (local.set $r (f32x4.sub
      (f32x4.sub (local.get $x) (f32x4.mul (local.get $r) (f32x4.splat (f32.const 0.693359375))))
      (f32x4.mul (local.get $r) (f32x4.splat (f32.const -2.1219444e-4)))))
    ;; e^r; the value stays on the stack from line to line.
    (f32x4.splat (f32.const 1.98756915e-4))
    (f32x4.add (f32x4.mul (local.get $r)) (f32x4.splat (f32.const 1.3981999507e-3)))
    (f32x4.add (f32x4.mul (local.get $r)) (f32x4.splat (f32.const 8.3334519073e-3)))
    (f32x4.add (f32x4.mul (local.get $r)) (f32x4.splat (f32.const 4.1665795894e-2)))
    (f32x4.add (f32x4.mul (local.get $r)) (f32x4.splat (f32.const 1.6666665459e-1)))
    (f32x4.add (f32x4.mul (local.get $r)) (f32x4.splat (f32.const 5.0000001201e-1)))
    (f32x4.add (f32x4.mul (f32x4.mul (local.get $r)) (local.get $r)) (local.get $r))
    (f32x4.add (f32x4.splat (f32.const 1)))
    ;; Times 2^k: k goes to the exponent's bits.
    (f32x4.mul (i32x4.add
      (i32x4.shl (local.get $k) (i32.const 23))
      (i32x4.splat (i32.const 0x3f800000))))
    (v128.andnot (local.get $below)))

  ;; The sums of the lanes of a, b, c and d, in one vector.
  (func $sums (param $a v128) (param $b v128) (param $c v128) (param $d v128) (result v128)
    ;; [a0 + a2, b0 + b2, a1 + a3, b1 + b3]
    (local.set $a (f32x4.add
      (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a) (local.get $b))
      (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a) (local.get $b))))
    (local.set $c (f32x4.add
      (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $c) (local.get $d))
      (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $c) (local.get $d))))
    (f32x4.add
      (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $c))
      (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $c))))

  ;; rows, offsets: addresses of the first eight rows and of their offsets.
  ;; groups: number of times eight rows, at least 1. A case is padded with offsets of −∞.
  (func (export "run")
    (param $rows i32) (param $offsets i32) (param $groups i32) (param $shift f32) (param $width i32)
    (local $width2 i32) (local $width3 i32) (local $width4 i32)
    ;; Four columns: their place in q or in the result, and in the rows 0 and 4.
    (local $column i32) (local $a i32) (local $b i32)
    (local $x v128) (local $top v128) (local $total v128)
    ;; Of each row: first its score, then its e_r.
    (local $r0 v128) (local $r1 v128) (local $r2 v128) (local $r3 v128)
    (local $r4 v128) (local $r5 v128) (local $r6 v128) (local $r7 v128)
    (local.set $width2 (i32.mul (local.get $width) (i32.const 2)))
    (local.set $width3 (i32.mul (local.get $width) (i32.const 3)))
    (local.set $width4 (i32.mul (local.get $width) (i32.const 4)))

    (local.set $top (f32x4.splat (f32.const -inf)))
    (local.set $column (local.get $width))
    (loop $columns
      (v128.store (local.get $column) (v128.const i64x2 0 0))
      (local.set $column (i32.add (local.get $column) (i32.const 16)))
      (br_if $columns (i32.lt_u (local.get $column) (local.get $width2))))

    (loop $group
      (local.set $r0 (v128.const i64x2 0 0))
      (local.set $r1 (v128.const i64x2 0 0))
      (local.set $r2 (v128.const i64x2 0 0))
      (local.set $r3 (v128.const i64x2 0 0))
      (local.set $r4 (v128.const i64x2 0 0))
      (local.set $r5 (v128.const i64x2 0 0))
      (local.set $r6 (v128.const i64x2 0 0))
      (local.set $r7 (v128.const i64x2 0 0))

      ;; x_r · q, in four parts.
      (local.set $a (local.get $rows))
      (local.set $b (i32.add (local.get $rows) (local.get $width4)))
      (local.set $column (i32.const 0))
      (loop $columns
        (local.set $x (v128.load (local.get $column)))
        (local.set $r0 (f32x4.add (local.get $r0) (f32x4.mul (local.get $x)
          (v128.load (local.get $a)))))
        (local.set $r1 (f32x4.add (local.get $r1) (f32x4.mul (local.get $x)
          (v128.load (i32.add (local.get $a) (local.get $width))))))
        (local.set $r2 (f32x4.add (local.get $r2) (f32x4.mul (local.get $x)
          (v128.load (i32.add (local.get $a) (local.get $width2))))))
        (local.set $r3 (f32x4.add (local.get $r3) (f32x4.mul (local.get $x)
          (v128.load (i32.add (local.get $a) (local.get $width3))))))
        (local.set $r4 (f32x4.add (local.get $r4) (f32x4.mul (local.get $x)
          (v128.load (local.get $b)))))
        (local.set $r5 (f32x4.add (local.get $r5) (f32x4.mul (local.get $x)
          (v128.load (i32.add (local.get $b) (local.get $width))))))
        (local.set $r6 (f32x4.add (local.get $r6) (f32x4.mul (local.get $x)
          (v128.load (i32.add (local.get $b) (local.get $width2))))))
        (local.set $r7 (f32x4.add (local.get $r7) (f32x4.mul (local.get $x)
          (v128.load (i32.add (local.get $b) (local.get $width3))))))
        (local.set $a (i32.add (local.get $a) (i32.const 16)))
        (local.set $b (i32.add (local.get $b) (i32.const 16)))
        (local.set $column (i32.add (local.get $column) (i32.const 16)))
        (br_if $columns (i32.lt_u (local.get $column) (local.get $width))))

      ;; e_r of the rows 0 to 3, then of the rows 4 to 7.
      (local.set $x (f32x4.add
        (call $sums (local.get $r0) (local.get $r1) (local.get $r2) (local.get $r3))
        (v128.load (local.get $offsets))))
      (local.set $top (f32x4.pmax (local.get $top) (local.get $x)))
      (local.set $x (call $exp (f32x4.sub (local.get $x) (f32x4.splat (local.get $shift)))))
      (local.set $total (f32x4.add (local.get $total) (local.get $x)))
      (local.set $r0 (f32x4.splat (f32x4.extract_lane 0 (local.get $x))))
      (local.set $r1 (f32x4.splat (f32x4.extract_lane 1 (local.get $x))))
      (local.set $r2 (f32x4.splat (f32x4.extract_lane 2 (local.get $x))))
      (local.set $r3 (f32x4.splat (f32x4.extract_lane 3 (local.get $x))))
      (local.set $x (f32x4.add
        (call $sums (local.get $r4) (local.get $r5) (local.get $r6) (local.get $r7))
        (v128.load offset=16 (local.get $offsets))))
      (local.set $top (f32x4.pmax (local.get $top) (local.get $x)))
      (local.set $x (call $exp (f32x4.sub (local.get $x) (f32x4.splat (local.get $shift)))))
      (local.set $total (f32x4.add (local.get $total) (local.get $x)))
      (local.set $r4 (f32x4.splat (f32x4.extract_lane 0 (local.get $x))))
      (local.set $r5 (f32x4.splat (f32x4.extract_lane 1 (local.get $x))))
      (local.set $r6 (f32x4.splat (f32x4.extract_lane 2 (local.get $x))))
      (local.set $r7 (f32x4.splat (f32x4.extract_lane 3 (local.get $x))))

      ;; Sum of e_r x_r.
      (local.set $a (local.get $rows))
      (local.set $b (i32.add (local.get $rows) (local.get $width4)))
      (local.set $column (local.get $width))
      (loop $columns
        (v128.load (local.get $column))
        (f32x4.add (f32x4.mul (local.get $r0) (v128.load (local.get $a))))
        (f32x4.add (f32x4.mul (local.get $r1) (v128.load (i32.add (local.get $a) (local.get $width)))))
        (f32x4.add (f32x4.mul (local.get $r2) (v128.load (i32.add (local.get $a) (local.get $width2)))))
        (f32x4.add (f32x4.mul (local.get $r3) (v128.load (i32.add (local.get $a) (local.get $width3)))))
        (f32x4.add (f32x4.mul (local.get $r4) (v128.load (local.get $b))))
        (f32x4.add (f32x4.mul (local.get $r5) (v128.load (i32.add (local.get $b) (local.get $width)))))
        (f32x4.add (f32x4.mul (local.get $r6) (v128.load (i32.add (local.get $b) (local.get $width2)))))
        (f32x4.add (f32x4.mul (local.get $r7) (v128.load (i32.add (local.get $b) (local.get $width3)))))
        (local.set $x)
        (v128.store (local.get $column) (local.get $x))
        (local.set $a (i32.add (local.get $a) (i32.const 16)))
        (local.set $b (i32.add (local.get $b) (i32.const 16)))
        (local.set $column (i32.add (local.get $column) (i32.const 16)))
        (br_if $columns (i32.lt_u (local.get $column) (local.get $width2))))

      (local.set $rows (i32.add (local.get $rows) (i32.mul (local.get $width) (i32.const 8))))
      (local.set $offsets (i32.add (local.get $offsets) (i32.const 32)))
      (local.set $groups (i32.sub (local.get $groups) (i32.const 1)))
      (br_if $group (local.get $groups)))

    (v128.store (local.get $width2) (local.get $total))
    (v128.store offset=16 (local.get $width2) (local.get $top))))
