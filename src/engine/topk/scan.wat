;; Scan of a table of int8 rows: finds each row whose score reaches a floor. SIMD, with the same bits in every browser.
;;
;; score = Σ level · query level · scale · unit + fixed + popularity · cold
;;
;; Rows are stored in blocks of eight. A block holds the first two columns of each of its rows, then the next two: 16
;; bytes each. A SIMD lane is a row, so no sum crosses lanes. Four blocks are scored at a time, one from each quarter
;; of the table: four read streams give a core 1.7 times the memory bandwidth of one.
;;
;; The terms of the rows are three arrays of float32, one after the other: scales, fixed, popularities.
;; A hit is a group of four rows of which one or more reach the floor: its four scores, its first row, 12 bytes unused.
(module
  (import "env" "memory" (memory 1))

  ;; Writes a hit to `out`; returns the address of the next hit.
  (func $hit (param $scores v128) (param $row i32) (param $out i32) (result i32)
    (v128.store (local.get $out) (local.get $scores))
    (i32.store offset=16 (local.get $out) (local.get $row))
    (i32.add (local.get $out) (i32.const 32)))

  ;; rows, terms: addresses of the first block and its scales, in the first quarter.
  ;; query: address of the query's levels, int16. out: address of the first hit.
  ;; steps: number of blocks in each quarter, at least 1. row: index of the first row.
  ;; columns: an even number. quarter: number of rows in a quarter.
  ;; Returns the address after the last hit.
  (func (export "run")
    (param $rows i32) (param $terms i32) (param $query i32) (param $out i32) (param $steps i32) (param $row i32)
    (param $floor f32) (param $unit f32) (param $cold f32) (param $columns i32) (param $quarter i32)
    (result i32)
    (local $pair v128) (local $at i32) (local $end i32) (local $first i32)
    (local $scale i32) (local $fixed i32) (local $popularity i32)
    (local $floors v128) (local $units v128) (local $colds v128)
    ;; Bytes of the rows and of one term in a quarter, and of one term in the table.
    (local $rowBytes i32) (local $termBytes i32) (local $apart i32)
    ;; Blocks of the four quarters, and sums, then scores, of two groups of four rows in each.
    (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (local $a0 v128) (local $a1 v128) (local $b0 v128) (local $b1 v128)
    (local $c0 v128) (local $c1 v128) (local $d0 v128) (local $d1 v128)
    (local.set $end (i32.add (local.get $query) (i32.mul (local.get $columns) (i32.const 2))))
    (local.set $floors (f32x4.splat (local.get $floor)))
    (local.set $units (f32x4.splat (local.get $unit)))
    (local.set $colds (f32x4.splat (local.get $cold)))
    (local.set $rowBytes (i32.mul (local.get $quarter) (local.get $columns)))
    (local.set $termBytes (i32.mul (local.get $quarter) (i32.const 4)))
    (local.set $apart (i32.mul (local.get $termBytes) (i32.const 4)))
    (local.set $a (local.get $rows))
    (local.set $b (i32.add (local.get $a) (local.get $rowBytes)))
    (local.set $c (i32.add (local.get $b) (local.get $rowBytes)))
    (local.set $d (i32.add (local.get $c) (local.get $rowBytes)))

    (loop $step
      (local.set $a0 (v128.const i64x2 0 0))
      (local.set $a1 (v128.const i64x2 0 0))
      (local.set $b0 (v128.const i64x2 0 0))
      (local.set $b1 (v128.const i64x2 0 0))
      (local.set $c0 (v128.const i64x2 0 0))
      (local.set $c1 (v128.const i64x2 0 0))
      (local.set $d0 (v128.const i64x2 0 0))
      (local.set $d1 (v128.const i64x2 0 0))

      ;; Products of int16, added in pairs to int32.
      (local.set $at (local.get $query))
      (loop $columns
        (local.set $pair (v128.load32_splat (local.get $at)))
        (local.set $a0 (i32x4.add (local.get $a0)
          (i32x4.dot_i16x8_s (v128.load8x8_s (local.get $a)) (local.get $pair))))
        (local.set $a1 (i32x4.add (local.get $a1)
          (i32x4.dot_i16x8_s (v128.load8x8_s offset=8 (local.get $a)) (local.get $pair))))
        (local.set $b0 (i32x4.add (local.get $b0)
          (i32x4.dot_i16x8_s (v128.load8x8_s (local.get $b)) (local.get $pair))))
        (local.set $b1 (i32x4.add (local.get $b1)
          (i32x4.dot_i16x8_s (v128.load8x8_s offset=8 (local.get $b)) (local.get $pair))))
        (local.set $c0 (i32x4.add (local.get $c0)
          (i32x4.dot_i16x8_s (v128.load8x8_s (local.get $c)) (local.get $pair))))
        (local.set $c1 (i32x4.add (local.get $c1)
          (i32x4.dot_i16x8_s (v128.load8x8_s offset=8 (local.get $c)) (local.get $pair))))
        (local.set $d0 (i32x4.add (local.get $d0)
          (i32x4.dot_i16x8_s (v128.load8x8_s (local.get $d)) (local.get $pair))))
        (local.set $d1 (i32x4.add (local.get $d1)
          (i32x4.dot_i16x8_s (v128.load8x8_s offset=8 (local.get $d)) (local.get $pair))))
        (local.set $a (i32.add (local.get $a) (i32.const 16)))
        (local.set $b (i32.add (local.get $b) (i32.const 16)))
        (local.set $c (i32.add (local.get $c) (i32.const 16)))
        (local.set $d (i32.add (local.get $d) (i32.const 16)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br_if $columns (i32.lt_u (local.get $at) (local.get $end))))

      ;; The sums become scores, a quarter at a time.
      (local.set $scale (local.get $terms))
      (local.set $fixed (i32.add (local.get $scale) (local.get $apart)))
      (local.set $popularity (i32.add (local.get $fixed) (local.get $apart)))
      (f32x4.mul (f32x4.convert_i32x4_s (local.get $a0)) (v128.load (local.get $scale)))
      (f32x4.add (f32x4.mul (local.get $units)) (v128.load (local.get $fixed)))
      (f32x4.add (f32x4.mul (v128.load (local.get $popularity)) (local.get $colds)))
      (local.set $a0)
      (f32x4.mul (f32x4.convert_i32x4_s (local.get $a1)) (v128.load offset=16 (local.get $scale)))
      (f32x4.add (f32x4.mul (local.get $units)) (v128.load offset=16 (local.get $fixed)))
      (f32x4.add (f32x4.mul (v128.load offset=16 (local.get $popularity)) (local.get $colds)))
      (local.set $a1)
      (local.set $scale (i32.add (local.get $scale) (local.get $termBytes)))
      (local.set $fixed (i32.add (local.get $fixed) (local.get $termBytes)))
      (local.set $popularity (i32.add (local.get $popularity) (local.get $termBytes)))
      (f32x4.mul (f32x4.convert_i32x4_s (local.get $b0)) (v128.load (local.get $scale)))
      (f32x4.add (f32x4.mul (local.get $units)) (v128.load (local.get $fixed)))
      (f32x4.add (f32x4.mul (v128.load (local.get $popularity)) (local.get $colds)))
      (local.set $b0)
      (f32x4.mul (f32x4.convert_i32x4_s (local.get $b1)) (v128.load offset=16 (local.get $scale)))
      (f32x4.add (f32x4.mul (local.get $units)) (v128.load offset=16 (local.get $fixed)))
      (f32x4.add (f32x4.mul (v128.load offset=16 (local.get $popularity)) (local.get $colds)))
      (local.set $b1)
      (local.set $scale (i32.add (local.get $scale) (local.get $termBytes)))
      (local.set $fixed (i32.add (local.get $fixed) (local.get $termBytes)))
      (local.set $popularity (i32.add (local.get $popularity) (local.get $termBytes)))
      (f32x4.mul (f32x4.convert_i32x4_s (local.get $c0)) (v128.load (local.get $scale)))
      (f32x4.add (f32x4.mul (local.get $units)) (v128.load (local.get $fixed)))
      (f32x4.add (f32x4.mul (v128.load (local.get $popularity)) (local.get $colds)))
      (local.set $c0)
      (f32x4.mul (f32x4.convert_i32x4_s (local.get $c1)) (v128.load offset=16 (local.get $scale)))
      (f32x4.add (f32x4.mul (local.get $units)) (v128.load offset=16 (local.get $fixed)))
      (f32x4.add (f32x4.mul (v128.load offset=16 (local.get $popularity)) (local.get $colds)))
      (local.set $c1)
      (local.set $scale (i32.add (local.get $scale) (local.get $termBytes)))
      (local.set $fixed (i32.add (local.get $fixed) (local.get $termBytes)))
      (local.set $popularity (i32.add (local.get $popularity) (local.get $termBytes)))
      (f32x4.mul (f32x4.convert_i32x4_s (local.get $d0)) (v128.load (local.get $scale)))
      (f32x4.add (f32x4.mul (local.get $units)) (v128.load (local.get $fixed)))
      (f32x4.add (f32x4.mul (v128.load (local.get $popularity)) (local.get $colds)))
      (local.set $d0)
      (f32x4.mul (f32x4.convert_i32x4_s (local.get $d1)) (v128.load offset=16 (local.get $scale)))
      (f32x4.add (f32x4.mul (local.get $units)) (v128.load offset=16 (local.get $fixed)))
      (f32x4.add (f32x4.mul (v128.load offset=16 (local.get $popularity)) (local.get $colds)))
      (local.set $d1)

      ;; Most blocks have no hit.
      (local.get $a0)
      (f32x4.pmax (local.get $a1))
      (f32x4.pmax (local.get $b0))
      (f32x4.pmax (local.get $b1))
      (f32x4.pmax (local.get $c0))
      (f32x4.pmax (local.get $c1))
      (f32x4.pmax (local.get $d0))
      (f32x4.pmax (local.get $d1))
      (if (v128.any_true (f32x4.ge (local.get $floors))) (then
        (local.set $first (local.get $row))
        (if (v128.any_true (f32x4.ge (local.get $a0) (local.get $floors))) (then
          (local.set $out (call $hit (local.get $a0) (local.get $first) (local.get $out)))))
        (if (v128.any_true (f32x4.ge (local.get $a1) (local.get $floors))) (then
          (local.set $out (call $hit (local.get $a1) (i32.add (local.get $first) (i32.const 4)) (local.get $out)))))
        (local.set $first (i32.add (local.get $first) (local.get $quarter)))
        (if (v128.any_true (f32x4.ge (local.get $b0) (local.get $floors))) (then
          (local.set $out (call $hit (local.get $b0) (local.get $first) (local.get $out)))))
        (if (v128.any_true (f32x4.ge (local.get $b1) (local.get $floors))) (then
          (local.set $out (call $hit (local.get $b1) (i32.add (local.get $first) (i32.const 4)) (local.get $out)))))
        (local.set $first (i32.add (local.get $first) (local.get $quarter)))
        (if (v128.any_true (f32x4.ge (local.get $c0) (local.get $floors))) (then
          (local.set $out (call $hit (local.get $c0) (local.get $first) (local.get $out)))))
        (if (v128.any_true (f32x4.ge (local.get $c1) (local.get $floors))) (then
          (local.set $out (call $hit (local.get $c1) (i32.add (local.get $first) (i32.const 4)) (local.get $out)))))
        (local.set $first (i32.add (local.get $first) (local.get $quarter)))
        (if (v128.any_true (f32x4.ge (local.get $d0) (local.get $floors))) (then
          (local.set $out (call $hit (local.get $d0) (local.get $first) (local.get $out)))))
        (if (v128.any_true (f32x4.ge (local.get $d1) (local.get $floors))) (then
          (local.set $out (call $hit (local.get $d1) (i32.add (local.get $first) (i32.const 4)) (local.get $out)))))
      ))

      (local.set $terms (i32.add (local.get $terms) (i32.const 32)))
      (local.set $row (i32.add (local.get $row) (i32.const 8)))
      (local.set $steps (i32.sub (local.get $steps) (i32.const 1)))
      (br_if $step (local.get $steps)))

    (local.get $out)))
