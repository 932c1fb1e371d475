#!/usr/bin/env python3
"""A second verifier for a device's export, which uses no network and only Python's standard library.

It follows docs/PROTOCOL.md ("The device's log") and shares no code with Nearside, so that a fault
of one verifier is not repeated in the other. Usage:

    python3 tools/verify.py BUNDLE [--key KEY] [--earlier BUNDLE] [--releases FILE]
        [--reports FILE ...] [--allow-unsigned] [--json]

    python3 tools/verify.py --lines < BUNDLES

Exit code 0: the bundle (export) is valid. 1: it has faults (each output line names an entry), or an
option's file is malformed. 2: a file is missing.
With --lines, each line of input is JSON: `bundle`, and optionally `key`, `earlier`, `releases` and
`reports`; files are base64. Each line of output is JSON with the findings.
docs/PRIVACY.md ("Limits") says what a valid bundle proves.
"""

import argparse
import base64
import functools
import hashlib
import hmac
import json
import math
import operator
import re
import struct
import sys
import unicodedata

FORMAT = 2
NO_PREVIOUS = "0" * 64
SIGNED = {"agent", "upload", "receipt", "consent", "guard", "erase", "restore", "fold", "export"}
TOLERANCE = 1e-6
DAY = 86_400_000
LEAST_NOISE = 0.01
TOKEN_REQUEST_BYTES = 259
POLICY_TERMS = """
    task trust tokens counts leaderOperator leaderKey helperOperator helperKey
    smallestCrowd workBits noiseMultiplier delta maxParticipations periodDays
""".split()
LIMITS = {"epsilonPerReport": 2.0, "epsilonPerYear": 4.0, "delta": 1e-6, "smallestCrowd": 1000}
DEMONSTRATION = {"epsilonPerReport": 11.0, "epsilonPerYear": 27.0, "delta": 1e-6, "smallestCrowd": 2}


class Malformed(Exception):
    """Raised where the form of a file differs from docs/PROTOCOL.md."""


# --- JSON, read and written according to RFC 8785 --------------------------------------------------


DEEPEST = 64


def refuse_constant(name):
    raise Malformed(f"{name} is not JSON")


def without_doubles(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Malformed("an object has a name twice")
    return found


def depth_of(text):
    """Deepest nesting of arrays and objects, counted by brackets outside strings."""
    level = depth = 0
    in_string, escaped = False, -1
    for match in re.finditer(r'[][{}"\\\\]', text):
        character, at = match.group(), match.start()
        if in_string and at == escaped:
            continue
        if character == "\\":
            escaped = at + 1
        elif character == '"':
            in_string = not in_string
        elif not in_string:
            level += 1 if character in "[{" else -1
            depth = max(depth, level)
    return depth


def check_values(value):
    if isinstance(value, float) and not math.isfinite(value):
        raise Malformed("a number is too large")
    if isinstance(value, str) and re.search("[\ud800-\udfff]", value):
        raise Malformed("a text has half a surrogate pair")
    if isinstance(value, dict):
        for name in value:
            check_values(name)
        check_values(list(value.values()))
    elif isinstance(value, list):
        for one in value:
            check_values(one)


def parse_json(data):
    """Parses strict JSON. Every number is a double, as in ECMAScript."""
    try:
        text = data.decode("utf-8")
        if depth_of(text) > DEEPEST:
            raise Malformed(f"nested more than {DEEPEST} levels deep")
        value = json.loads(
            text,
            parse_int=float,
            parse_constant=refuse_constant,
            object_pairs_hook=without_doubles,
        )
    except ValueError as error:
        raise Malformed(f"not readable JSON: {error}") from error
    check_values(value)
    return value


def number_text(value):
    """ECMAScript's Number::toString: the shortest digits that parse to the same number."""
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, exponent = f"{abs(value)!r}", 0
    if "e" in mantissa:
        mantissa, power = mantissa.split("e")
        exponent = int(power)
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + exponent - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        text = digits + "0" * (point - count)
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        power = point - 1
        tail = "." + digits[1:] if count > 1 else ""
        text = f"{digits[0]}{tail}e{'+' if power >= 0 else '-'}{abs(power)}"
    return sign + text


def canonical_text(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(float(value))
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical_text, value)) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(f"{canonical_text(k)}:{canonical_text(value[k])}" for k in keys) + "}"


def canonical(value):
    return canonical_text(value).encode("utf-8")


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data


def sha256(data):
    return hashlib.sha256(data).digest()


def commitment(salt, held):
    return sha256(unbase64(salt) + canonical(held)).hex()


# --- Curve25519: Ed25519 (RFC 8032) and X25519 (RFC 7748) ------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def point_add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    m, n = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        scalar >>= 1
    return result


def point_of(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * SQRT_M1 % P
    if (x * x - square) % P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = point_of(BASE_Y.to_bytes(32, "little"))


def ed25519_verify(key, signature, message):
    if len(key) != 32 or len(signature) != 64:
        return False
    public, nonce = point_of(key), point_of(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if public is None or nonce is None or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + key + message).digest()
    left = point_multiply(scalar, BASE)
    right = point_add(nonce, point_multiply(int.from_bytes(hashed, "little") % ORDER, public))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


@functools.lru_cache(4096)
def is_signed(key, signature, message):
    try:
        return ed25519_verify(unbase64(key), unbase64(signature), message)
    except (ValueError, TypeError):
        return False


def x25519(scalar, u):
    k = int.from_bytes(scalar, "little") & ~7 & ((1 << 255) - 1) | (1 << 254)
    x1 = int.from_bytes(u, "little") & ((1 << 255) - 1)
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in range(254, -1, -1):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b = x2 + z2, x2 - z2
        aa, bb = a * a % P, b * b % P
        e = aa - bb
        da, cb = (x3 - z3) * a % P, (x3 + z3) * b % P
        x3, z3 = pow(da + cb, 2, P), x1 * pow(da - cb, 2, P) % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


# --- AES (FIPS 197) in counter mode (SP 800-38A) and GCM (SP 800-38D) ------------------------------


def make_sbox():
    box, p, q = [0] * 256, 1, 1
    while True:
        p = p ^ (p << 1 & 0xFF) ^ (0x1B if p & 0x80 else 0)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xFF
        if q & 0x80:
            q ^= 0x09
        turned = q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4)
        box[p] = (turned ^ 0x63) & 0xFF
        if p == 1:
            box[0] = 0x63
            return box


SBOX = make_sbox()


def double(byte):
    return (byte << 1 ^ (0x1B if byte & 0x80 else 0)) & 0xFF


def expand_key(key):
    words, length, constant = [list(key[i : i + 4]) for i in range(0, len(key), 4)], len(key) // 4, 1
    for i in range(length, 4 * (length + 7)):
        word = list(words[i - 1])
        if i % length == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= constant
            constant = double(constant)
        elif length > 6 and i % length == 4:
            word = [SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(word, words[i - length])])
    return [sum(words[i : i + 4], []) for i in range(0, len(words), 4)]


# SubBytes and MixColumns of each byte, precomputed: one table for each row.
MIXED = [[double(b) << 24 | b << 16 | b << 8 | double(b) ^ b for b in SBOX]]
MIXED += [[m >> 8 * row | m << 32 - 8 * row & 0xFFFFFFFF for m in MIXED[0]] for row in (1, 2, 3)]


def encrypt_block(round_keys, block):
    t0, t1, t2, t3 = MIXED
    first, *middle, last = (struct.unpack(">4I", bytes(key)) for key in round_keys)
    a, b, c, d = (x ^ k for x, k in zip(struct.unpack(">4I", block), first))
    for k in middle:
        a, b, c, d = (
            t0[a >> 24] ^ t1[b >> 16 & 255] ^ t2[c >> 8 & 255] ^ t3[d & 255] ^ k[0],
            t0[b >> 24] ^ t1[c >> 16 & 255] ^ t2[d >> 8 & 255] ^ t3[a & 255] ^ k[1],
            t0[c >> 24] ^ t1[d >> 16 & 255] ^ t2[a >> 8 & 255] ^ t3[b & 255] ^ k[2],
            t0[d >> 24] ^ t1[a >> 16 & 255] ^ t2[b >> 8 & 255] ^ t3[c & 255] ^ k[3],
        )
    state = struct.pack(">4I", a, b, c, d)
    moved = bytes(SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16))
    return bytes(x ^ k for x, k in zip(moved, struct.pack(">4I", *last)))


def key_stream(key, counter, length):
    round_keys, stream = expand_key(key), b""
    while len(stream) < length:
        stream += encrypt_block(round_keys, counter.to_bytes(16, "big"))
        # Both modes count in the block's low bits, which never overflow at these lengths.
        counter += 1
    return stream[:length]


def gcm_seal(key, nonce, plain, aad):
    start = int.from_bytes(nonce + b"\0\0\0\1", "big")
    stream = key_stream(key, start + 1, len(plain))
    cipher = bytes(a ^ b for a, b in zip(plain, stream))
    h = int.from_bytes(encrypt_block(expand_key(key), bytes(16)), "big")

    def padded(data):
        return data + bytes(-len(data) % 16)

    lengths = struct.pack(">QQ", 8 * len(aad), 8 * len(cipher))
    text, y = padded(aad) + padded(cipher) + lengths, 0
    for i in range(0, len(text), 16):
        x, product, v = y ^ int.from_bytes(text[i : i + 16], "big"), 0, h
        for bit in range(127, -1, -1):
            if x >> bit & 1:
                product ^= v
            v = v >> 1 ^ (0xE1 << 120 if v & 1 else 0)
        y = product
    tag = y ^ int.from_bytes(key_stream(key, start, 16), "big")
    return cipher + tag.to_bytes(16, "big")


# --- HKDF (RFC 5869) and HPKE in base mode (RFC 9180) ----------------------------------------------


def extract(salt, material):
    return hmac.new(salt or bytes(32), material, hashlib.sha256).digest()


def expand(key, info, length):
    block, result, counter = b"", b"", 1
    while len(result) < length:
        block = hmac.new(key, block + info + bytes([counter]), hashlib.sha256).digest()
        result += block
        counter += 1
    return result[:length]


def labeled_extract(suite, salt, label, material):
    return extract(salt, b"HPKE-v1" + suite + label + material)


def labeled_expand(suite, key, label, info, length):
    return expand(key, struct.pack(">H", length) + b"HPKE-v1" + suite + label + info, length)


KEM = b"KEM\x00\x20"
HPKE = b"HPKE\x00\x20\x00\x01\x00\x01"
NINE = (9).to_bytes(32, "little")


@functools.lru_cache
def hpke_seal(public, plain, info, aad, random):
    secret = labeled_expand(KEM, labeled_extract(KEM, b"", b"dkp_prk", random), b"sk", b"", 32)
    enc = x25519(secret, NINE)
    shared = labeled_extract(KEM, b"", b"eae_prk", x25519(secret, public))
    shared = labeled_expand(KEM, shared, b"shared_secret", enc + public, 32)
    context = b"\0" + labeled_extract(HPKE, b"", b"psk_id_hash", b"")
    context += labeled_extract(HPKE, b"", b"info_hash", info)
    derived = labeled_extract(HPKE, shared, b"secret", b"")
    key = labeled_expand(HPKE, derived, b"key", context, 16)
    nonce = labeled_expand(HPKE, derived, b"base_nonce", context, 12)
    return enc + gcm_seal(key, nonce, plain, aad)


# --- PINE (a draft, unaudited): two shares of a vector, and a proof of its norm bound (docs/PROTOCOL.md)

FIELD = 2**32 - 2**20 + 1
ROOT = 3925978153  # root of unity of order 2^20
CHECKS, PROOFS, NORM_PROOFS = 100, 5, 2


def xof(seed, usage, binder, length):
    digest = hmac.new(seed, b"\7\1\xff\xff\x10\5\0" + bytes([usage]) + binder, hashlib.sha256).digest()
    return key_stream(digest[:16], int.from_bytes(digest[16:], "big"), length)


def elements(seed, usage, binder, count):
    words = count + 16 + (count >> 9)
    while True:
        stream = struct.unpack(f"<{words}I", xof(seed, usage, binder, 4 * words))
        taken = [word for word in stream if word < FIELD][:count]
        if len(taken) == count:
            return taken
        words *= 2


def encoded(vector):
    return struct.pack(f"<{len(vector)}I", *vector)


def bits_of(value, length):
    return [value >> i & 1 for i in range(length)]


def transform(values, root):
    """Values of the polynomial with these coefficients at the powers of a root of unity."""
    if len(values) == 1:
        return values
    square = root * root % FIELD
    even, odd, power, half = transform(values[::2], square), transform(values[1::2], square), 1, []
    for i, x in enumerate(odd):
        odd[i] = x * power % FIELD
        power = power * root % FIELD
    for sign in (1, -1):
        half += [(x + sign * y) % FIELD for x, y in zip(even, odd)]
    return half


def root_of(size):
    return pow(ROOT, 2**20 // size, FIELD)


def interpolated(values):
    size = len(values)
    scale = pow(size, FIELD - 2, FIELD)
    return [x * scale % FIELD for x in transform(values, pow(root_of(size), FIELD - 2, FIELD))]


def points_of(calls):
    return 1 << calls.bit_length()


def choose_chunk(most, factors, calls_of):
    """Number of factors per call that gives the shortest proof; the smallest of several such numbers."""
    return min(range(1, most + 1), key=lambda c: factors * c + 2 * points_of(calls_of(c)) - 1)


@functools.lru_cache
def halfway(points):
    """Matrix that maps a polynomial's values at the roots of unity to its values halfway between."""
    columns = []
    for k in range(points):
        coefficients = interpolated([int(i == k) for i in range(points)])
        columns.append(transform(coefficients + [0] * points, root_of(2 * points))[1::2])
    return list(zip(*columns))


def prove(inputs, arity, factors, seeds):
    points = points_of(len(inputs) // arity)
    rows, output = halfway(points), [0] * (2 * points)
    for j in range(0, arity, factors):
        wires = []
        for wire in range(j, j + factors):
            values = [seeds[wire]] + inputs[wire::arity]
            values += [0] * (points - len(values))
            between = [sum(map(operator.mul, row, values)) for row in rows]
            wires.append([x % FIELD for pair in zip(values, between) for x in pair])
        output = [o + x * y for o, x, y in zip(output, wires[0], wires[-1])]
    return seeds + interpolated([o % FIELD for o in output])[: 2 * points - 1]


@functools.lru_cache
def shard(vector, bound, nonce, helper_seeds, random):
    """The public share and the leader's share of a vector."""
    d, squared = len(vector), sum(x * x for x in vector) % FIELD
    norm_bits = (bound * bound).bit_length()
    limit = 1 << (math.ceil(8.7 * bound)).bit_length()
    width = (2 * limit - 1).bit_length()
    bits = 2 * norm_bits + (width + 1) * CHECKS
    calls_of = lambda c: -(-bits // c) - (-CHECKS // c)
    chunk = choose_chunk(bits, 2, calls_of)
    norm_chunk = choose_chunk(d, 1, lambda c: -(-d // c))
    meas_seed, proof_seed, *blinds = (helper_seeds[i : i + 32] for i in range(0, 128, 32))
    own_blinds, prove_seed = (random[:32], random[32:64]), random[64:]
    helper_share = elements(meas_seed, 1, b"\1", d + bits)

    def commit(stage, measurement):
        part, seed = ((10, 9), (7, 6))[stage]
        share = [(x - y) % FIELD for x, y in zip(measurement, helper_share)]
        theirs = helper_share[: len(measurement)]
        both = xof(own_blinds[stage], part, b"\0" + nonce + encoded(share), 32)
        both += xof(blinds[stage], part, b"\1" + nonce + encoded(theirs), 32)
        return share, both, xof(bytes(32), seed, both, 32)

    measurement = list(vector) + bits_of(squared, norm_bits)
    measurement += bits_of((bound * bound - squared) % FIELD, norm_bits)
    _, first, seed = commit(0, measurement)
    row, sums = -(-d // 4), []
    stream = xof(seed, 8, b"", CHECKS * row)
    for check in range(CHECKS):
        pairs = (stream[check * row + i // 4] >> 2 * (i % 4) & 3 for i in range(d))
        total = sum((-x, 0, 0, x)[pair] for pair, x in zip(pairs, vector))
        sums.append(total % FIELD)
        measurement += bits_of((total + limit - 1) % FIELD, width) + [1]
    share, second, seed = commit(1, measurement)
    joint = elements(seed, 3, bytes([PROOFS]), 3 * PROOFS)
    kinds = bytes([NORM_PROOFS, PROOFS])
    count = NORM_PROOFS * norm_chunk + PROOFS * 2 * chunk
    seeds, proofs = elements(prove_seed, 4, kinds, count), []
    for _ in range(NORM_PROOFS):
        own, seeds = seeds[:norm_chunk], seeds[norm_chunk:]
        proofs += prove(list(vector) + [0] * (-d % norm_chunk), norm_chunk, 1, own)
    checked = measurement[d:]
    for proof in range(PROOFS):
        for_bits, for_sums, _ = joint[3 * proof : 3 * proof + 3]
        inputs, weight = [], 1
        for bit in checked:
            inputs += [weight * bit % FIELD, (bit - 1) % FIELD]
            weight = weight * for_bits % FIELD
        inputs += [0] * (-len(inputs) % (2 * chunk))
        weight = 1
        for check, total in enumerate(sums):
            start = 2 * norm_bits + check * (width + 1)
            claimed = sum(bit << i for i, bit in enumerate(checked[start : start + width]))
            inputs += [weight * (total - claimed + limit - 1) % FIELD, checked[start + width]]
            weight = weight * for_sums % FIELD
        inputs += [0] * (-len(inputs) % (2 * chunk))
        own, seeds = seeds[: 2 * chunk], seeds[2 * chunk :]
        proofs += prove(inputs, 2 * chunk, 2, own)
    theirs = elements(proof_seed, 2, kinds + b"\1", len(proofs))
    proof_share = [(x - y) % FIELD for x, y in zip(proofs, theirs)]
    return first + second, encoded(share) + encoded(proof_share) + random[:64]


# --- The form: one table of fields for each kind of entry, as in docs/PROTOCOL.md -------------------

LARGEST = 2**53 - 1


def anything(_):
    return True


def words(value):
    return isinstance(value, str)


def flag(value):
    return isinstance(value, bool)


def number(least=-math.inf, most=math.inf):
    return lambda value: isinstance(value, float) and least <= value <= most


def above_zero(most):
    return lambda value: number(0, most)(value) and value > 0


def whole(least, most):
    return lambda value: number(least, most)(value) and value.is_integer()


def one_of(*known):
    return lambda value: any(type(value) is type(one) and value == one for one in known)


def text(pattern):
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def hexadecimal(size):
    return text(f"[0-9a-f]{{{2 * size}}}")


def base64_text(size=None):
    def holds(value):
        try:
            return isinstance(value, str) and size in (None, len(unbase64(value)))
        except ValueError:
            return False

    return holds


def public_key(value):
    return base64_text(32)(value) and is_strong(value)


@functools.lru_cache
def is_strong(value):
    """Whether a key is canonically encoded (RFC 8032) and has no small order, for which anybody could sign."""
    y = int.from_bytes(unbase64(value), "little") & ((1 << 255) - 1)
    if y >= P:
        return False
    x, y, z, _ = point_multiply(8, point_of(y.to_bytes(32, "little")) or BASE)
    return x % P != 0 or (y - z) % P != 0


def or_null(holds):
    return lambda value: value is None or holds(value)


def list_of(holds):
    return lambda value: isinstance(value, list) and all(map(holds, value))


class Optional:
    def __init__(self, holds):
        self.holds = holds


def fields(form, surplus=False):
    def holds(value):
        if not isinstance(value, dict) or not (surplus or value.keys() <= form.keys()):
            return False
        for name, rule in form.items():
            optional = isinstance(rule, Optional)
            if name not in value:
                if not optional:
                    return False
            elif not (rule.holds if optional else rule)(value[name]):
                return False
        return True

    return holds


count = whole(0, LARGEST)
any_number = number()
hash_text = hexadecimal(32)
url = text("https?://[!-~]+")

# Recipients and terms of a consent.
TERMS = {
    "leader": url,
    "helper": url,
    "issuer": Optional(url),
    "relay": Optional(url),
    "epsilonPerReport": any_number,
    "epsilonPerYear": any_number,
    "demonstration": Optional(one_of(True)),
    "task": words,
    "trust": one_of("two-aggregators", "trusted-server"),
    "tokens": Optional(one_of("account", "work")),
    "counts": Optional(one_of(True)),
    "leaderOperator": words,
    "leaderKey": base64_text(32),
    "helperOperator": words,
    "helperKey": base64_text(32),
    "smallestCrowd": count,
    "workBits": count,
    "noiseMultiplier": any_number,
    "delta": any_number,
    "maxParticipations": count,
    "periodDays": count,
}
SUMMARY = {
    "through": count,
    "hash": hash_text,
    "entries": count,
    "uploads": count,
    "reports": count,
    "bytesSent": count,
    "tokenRequests": count,
    "tokenBytes": count,
    "lossSquared": number(0, 1e6),
    "lastReport": text("([0-9a-f]{32})?"),
}
COUNTED = {"day": text("[0-9]{4}-[0-9]{2}-[0-9]{2}"), "count": count, "received": count}

# Fields of `detail`, by kind. If a kind has a second form, this form's key has a space, which no kind's name has.
DETAILS = {
    "request": {
        "method": one_of("GET", "POST"),
        "purpose": one_of("catalog", "model", "policy", "rules", "token"),
        "url": url,
        "relay": Optional(url),
        "sealed": Optional(count),
        **COUNTED,
    },
    "failure": {
        "purpose": one_of("catalog", "model", "policy", "rules", "token", "upload"),
        "url": url,
        "why": words,
        **COUNTED,
    },
    "failure of a contribution": {"purpose": one_of("contribute"), "code": words, **COUNTED},
    "upload": {
        "reportId": hexadecimal(16),
        "round": whole(1, 2**32 - 1),
        "policyHash": hash_text,
        "modelHash": hash_text,
        "clipNormInteger": count,
        "squaredNormInteger": count,
        **TERMS,
        "sealed": Optional(count),
        "consent": hash_text,
        "epsilon": any_number,
        "epsilonEver": any_number,
        "commitment": hash_text,
        "through": whole(-1, LARGEST),
        "url": url,
        "method": one_of("POST"),
        "contentType": words,
        "sha256": hash_text,
        "token": Optional(hash_text),
    },
    "receipt": {
        "id": hexadecimal(16),
        "round": whole(1, 2**32 - 1),
        "bodyHash": hash_text,
        "signature": base64_text(64),
        "key": public_key,
    },
    "consent": {"contribute": one_of(True), **TERMS, "wording": Optional(hash_text)},
    "consent withdrawn": {"contribute": one_of(False), "why": Optional(one_of("terms", "recipients"))},
    "model": {
        "version": words,
        "parent": words,
        "manifest": hash_text,
        "release": Optional(whole(1, LARGEST)),
    },
    "learn": {"base": hash_text, "engine": words, "commitment": hash_text},
    "guard": {"active": one_of(False)},
    "erase": {
        "what": text("event|events|item|category|query|events older than [0-9.]+ days"),
        "events": count,
        "orders": Optional(count),
    },
    "erase everything": {"what": one_of("everything"), "contribute": one_of(False), **SUMMARY},
    "erase everything of nothing": {"what": one_of("everything"), "contribute": one_of(False)},
    "restore": {"events": count, "orders": count, "undoes": Optional(count)},
    "seed": {"orders": count},
    "transfer": {"direction": one_of("in", "out"), "events": count},
    "agent": {"tool": one_of("search", "recommend", "compare", "basket"), "items": count},
    "agent answer": {"allowed": flag},
    "fold": {"contribute": one_of(False), **SUMMARY},
    "fold of a consent": {
        "contribute": one_of(True),
        **TERMS,
        "wording": Optional(hash_text),
        **SUMMARY,
    },
    "export": {"commitment": hash_text},
}

ENTRY = {
    "sequence": count,
    "time": count,
    "kind": text("[a-z]+"),
    "detail": fields({}, surplus=True),
    "bytesSent": count,
    "previous": hash_text,
    "hash": hash_text,
    "key": Optional(public_key),
    "signature": Optional(base64_text(64)),
}

# Stored settings that the checks read. Other settings need no check here: the log's last entry commits to them.
PARTICIPATION = {"round": count, "policyHash": words}
BUDGET = {
    "participations": list_of(fields(PARTICIPATION, surplus=True)),
    "earlier": fields({"reports": count}, surplus=True),
}
OPENING = {
    "reportId": hexadecimal(16),
    "salt": base64_text(32),
    "update": base64_text(),
    "delta": list_of(any_number),
    "random": base64_text(),
    "round": whole(1, 2**32 - 1),
    "policy": fields({}, surplus=True),
    "made": Optional(any_number),
}
SETTINGS = {
    "consent": Optional(
        fields(
            {"contribute": flag, "wording": Optional(words), "terms": Optional(fields(TERMS))},
            surplus=True,
        )
    ),
    "budget": Optional(or_null(fields(BUDGET, surplus=True))),
    "checkpoints": Optional(base64_text(32)),
    "declared": Optional(list_of(url)),
    "openings": Optional(list_of(fields(OPENING, surplus=True))),
}
AGGREGATOR = {
    "sealing": base64_text(32),
    "signing": base64_text(32),
    "operator": lambda value: isinstance(value, str) and is_visible(value),
}
ISSUER = {
    "kind": one_of("account", "work"),
    "key": text("[A-Za-z0-9+/]{392}"),
    "bits": Optional(whole(1, 20)),
}
POLICY = {
    "format": one_of(4.0),
    "trust": one_of("two-aggregators", "trusted-server"),
    "task": text("[A-Za-z0-9.-]{1,64}"),
    "clipNorm": above_zero(1e3),
    "scale": whole(1, 2**31),
    "noiseMultiplier": above_zero(100),
    "delta": above_zero(1e-6),
    "aggregationGoal": whole(2, 1e6),
    "learningRate": above_zero(100),
    "momentum": lambda value: number(0, 1)(value) and value < 1,
    "countShare": Optional(lambda value: number(0, 1)(value) and 0 < value < 1),
    "maxParticipations": whole(1, 1e6),
    "minSeparationSeconds": number(0),
    "periodDays": whole(1, 365),
    "issuer": Optional(fields(ISSUER)),
    "model": fields({"version": text("[A-Za-z0-9_.-]{1,64}"), "hash": hash_text}),
    "parameters": fields({"featureWeights": whole(1, 1e6), "itemCounts": Optional(whole(1, 1e6))}),
    "leader": fields(AGGREGATOR),
    "helper": fields(AGGREGATOR),
}

LARGEST_FLOAT32 = 3.4028234663852886e38
VERSION = {
    "version": count,
    "base": words,
    "u": list_of(number(-LARGEST_FLOAT32, LARGEST_FLOAT32)),
    "w": list_of(number(-LARGEST_FLOAT32, LARGEST_FLOAT32)),
    "salt": Optional(base64_text(32)),
    "checksum": hash_text,
}
PERSONAL = {"current": or_null(count), "versions": list_of(fields(VERSION, surplus=True))}
PROFILE = {"id": words, "name": words, "events": list_of(anything), "personal": fields(PERSONAL)}
BUNDLE = {
    "format": one_of(float(FORMAT)),
    "exported": count,
    "logged": whole(-1, LARGEST),
    "base": or_null(fields({"version": words, "manifest": hash_text})),
    "events": list_of(anything),
    "personal": fields(PERSONAL),
    "profiles": Optional(list_of(fields(PROFILE))),
    "settings": fields(SETTINGS, surplus=True),
    "salt": base64_text(32),
    "ledger": list_of(anything),
}


def is_visible(name):
    hidden = any(unicodedata.category(c)[0] == "C" or unicodedata.category(c) in ("Zl", "Zp") for c in name)
    return 1 <= len(name) <= 80 and not hidden and name[0] != " " != name[-1]


def dimension_of(policy):
    return policy["parameters"]["featureWeights"] + policy["parameters"].get("itemCounts", 0.0)


def check_policy(policy):
    if not fields(POLICY)(policy):
        raise ValueError("the kept policy has another form")
    issuer, d = policy.get("issuer"), dimension_of(policy)
    if policy["delta"] > 1 / policy["aggregationGoal"] ** 2:
        raise ValueError("δ is above 1/n²")
    if issuer is not None and (issuer["kind"] == "work") != ("bits" in issuer):
        raise ValueError("bits belong to work alone")
    if ("countShare" in policy) != ("itemCounts" in policy["parameters"]):
        raise ValueError("counts and their share belong together")
    both = policy["leader"]["operator"], policy["helper"]["operator"]
    if policy["trust"] == "two-aggregators" and both[0] == both[1]:
        raise ValueError("one operator of both is a trusted server")
    if d > 16384 or not 2 * math.sqrt(d) < math.floor(policy["clipNorm"] * policy["scale"]) <= 1883:
        raise ValueError("a clip norm or a length out of range")


def form_of(kind, detail):
    if kind == "consent" and detail.get("contribute") is False:
        return "consent withdrawn"
    if kind == "fold" and detail.get("contribute") is True:
        return "fold of a consent"
    if kind == "agent":
        return "agent answer" if "allowed" in detail else kind
    if kind == "failure" and detail.get("purpose") == "contribute":
        return "failure of a contribution"
    if kind == "erase" and detail.get("what") == "everything":
        return "erase everything" if "through" in detail else "erase everything of nothing"
    return kind


def is_entry(entry):
    if not fields(ENTRY)(entry):
        return False
    form = DETAILS.get(form_of(entry["kind"], entry["detail"]))
    return form is not None and fields(form)(entry["detail"])


def parse_bundle(data):
    """Returns the bundle (None if it is malformed) and the faults of its form."""
    try:
        bundle = parse_json(data)
    except Malformed as error:
        return None, [("format", None, str(error))]
    if not fields(BUNDLE)(bundle):
        return None, [("format", None, "a part of it is missing or is something else")]
    faults = []
    for entry in bundle["ledger"]:
        if not is_entry(entry):
            sequence = entry.get("sequence") if isinstance(entry, dict) else None
            known = int(sequence) if count(sequence) else None
            faults.append(("format", known, "it has another form than an entry of its kind"))
    return (None if faults else bundle), faults


# --- Recreating a report ---------------------------------------------------------------------------


def clip(vector, most):
    largest = max(map(abs, vector))
    if largest == 0:
        return list(vector)
    total = 0.0
    for x in vector:
        total += (x / largest) * (x / largest)
    ratio = math.sqrt(total)
    if largest * ratio <= most:
        return list(vector)
    return [(x / largest) * (most / ratio) for x in vector]


def policy_terms(policy):
    """Terms that a policy asks a shopper to agree to."""
    issuer, leader, helper = policy.get("issuer"), policy["leader"], policy["helper"]
    terms = {
        "leaderOperator": leader["operator"],
        "leaderKey": leader["signing"],
        "helperOperator": helper["operator"],
        "helperKey": helper["signing"],
        "smallestCrowd": policy["aggregationGoal"],
        "workBits": issuer.get("bits", 0.0) if issuer else 0.0,
    }
    same = ("task", "trust", "noiseMultiplier", "delta", "maxParticipations", "periodDays")
    terms.update((name, policy[name]) for name in same)
    if issuer:
        terms["tokens"] = issuer["kind"]
    if "countShare" in policy:
        terms["counts"] = True
    return terms


def consent_hash(terms):
    """Hash of the terms that a policy sets, without addresses and ε."""
    part = {name: terms[name] for name in POLICY_TERMS if name in terms}
    return sha256(b"nearside consent v1\0" + canonical(part))


def make_report(opening):
    """Body of a report, and the log's fields about it, from its opening (stored policy, update, bytes)."""
    policy, delta, drawn = opening["policy"], opening["delta"], unbase64(opening["random"])
    check_policy(policy)
    d = len(delta)
    sizes = [4 * d, 16, 32, 96, 32, 32, 32]
    if len(drawn) != sum(sizes) or d != dimension_of(policy):
        raise ValueError("not as many random bytes or numbers as a report takes")
    parts, at = [], 0
    for size in sizes:
        parts.append(drawn[at : at + size])
        at += size
    rounding, report_id, seed, for_proof, for_leader, for_helper, salt = parts
    scale, round_number = policy["scale"], int(opening["round"])
    most = math.floor(policy["clipNorm"] * scale)
    rounded = []
    for x, u in zip(clip(delta, (most - math.sqrt(d)) / scale), struct.unpack(f"<{d}I", rounding)):
        below = math.floor(x * scale)
        rounded.append(below + (1 if u / 2**32 < x * scale - below else 0))
    if sum(x * x for x in rounded) > most * most:
        raise ValueError("the rounded update is longer than the clip norm")
    policy_hash, model_hash = sha256(canonical(policy)), bytes.fromhex(policy["model"]["hash"])
    task = policy["task"].encode()
    bound = struct.pack(">I", round_number) + policy_hash + model_hash
    info = struct.pack(">I", len(task)) + task + bound
    seeds = expand(extract(b"nearside share v2", seed), info, 128)
    vector = tuple(x % FIELD for x in rounded)
    public_share, share = shard(vector, most, report_id, seeds, for_proof)
    terms = policy_terms(policy)
    consent = consent_hash(terms)
    header = b"NSR\x03" + report_id + bound + public_share
    body = header
    for role, share, random in (("leader", share, for_leader), ("helper", seed, for_helper)):
        public = unbase64(policy[role]["sealing"])
        info = b"nearside report v3 " + role.encode()
        body += hpke_seal(public, consent + share, info, header + task, random)
    update = struct.pack(f"<{d}I", *(x % FIELD for x in rounded))
    return body, {
        **terms,
        "consent": consent.hex(),
        "reportId": report_id.hex(),
        "round": float(round_number),
        "policyHash": policy_hash.hex(),
        "modelHash": model_hash.hex(),
        "clipNormInteger": float(most),
        "squaredNormInteger": float(sum(x * x for x in rounded)),
        "commitment": sha256(salt + update).hex(),
        "sha256": sha256(body).hex(),
    }


# --- ε ---------------------------------------------------------------------------------------------


def log_normal_cdf(x):
    if x > -30:
        return math.log(0.5 * math.erfc(-x / math.sqrt(2)))
    # Far in the tail, where erfc would be 0, an asymptotic series is used.
    return -x * x / 2 - math.log(-x * math.sqrt(2 * math.pi)) + math.log1p(-1 / x**2 + 3 / x**4)


def delta_of(epsilon, mu):
    if mu == 0:
        return 0.0
    right = epsilon + log_normal_cdf(-mu / 2 - epsilon / mu)
    return max(0.0, math.exp(log_normal_cdf(mu / 2 - epsilon / mu)) - math.exp(right))


def epsilon_of(mu, delta):
    if delta_of(0, mu) <= delta:
        return 0.0
    low, high = 0.0, 1.0
    while delta_of(high, mu) > delta:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        if delta_of(middle, mu) > delta:
            low = middle
        else:
            high = middle
    return high


def substitution(loss_squared, delta):
    """ε by substitution: replacing each update moves the sum by twice the clip norm."""
    return epsilon_of(2 * math.sqrt(loss_squared), delta)


def zero_out(loss_squared, delta):
    """ε by zero-out: replacing each update by zeros moves the sum by the clip norm."""
    return epsilon_of(math.sqrt(loss_squared), delta)


def at_most(value, most):
    return value <= most * (1 + TOLERANCE)


# --- The checks ------------------------------------------------------------------------------------


LIST = {
    "round": whole(1, 2**32 - 1),
    "policyHash": hexadecimal(32),
    "opened": count,
    "closed": count,
    "salt": base64_text(32),
    "marks": base64_text(),
    "key": base64_text(32),
    "signature": base64_text(64),
}


def parse_list(text):
    """Parses the helper's list of a round; `known` gets the set of its marks (hashes of report ids)."""
    said = parse_json(text)
    if not fields(LIST, surplus=True)(said):
        raise Malformed("this is no list of a round's reports")
    marks = unbase64(said["marks"]).hex()
    said["known"] = {marks[at : at + 32] for at in range(0, len(marks), 32)}
    said["salt bytes"] = unbase64(said["salt"])
    return said


RELEASE = {"release": whole(1, LARGEST), "manifest": hash_text}
RELEASES = {"releases": list_of(fields(RELEASE, surplus=True))}
MOST_RELEASES = 10_000


def parse_releases(text):
    """Parses the helper's list of signed models: release number → hash of the model's manifest."""
    said = parse_json(text)
    if not fields(RELEASES, surplus=True)(said) or len(said["releases"]) > MOST_RELEASES:
        raise Malformed("this is no list of releases")
    return {int(one["release"]): one["manifest"] for one in said["releases"]}


def parse_options(key=None, allow_unsigned=False, earlier=None, releases=None, reports=()):
    """Parses an auditor's options; all except the first two are the bytes of files."""
    kept = None
    if earlier is not None:
        kept, faults = parse_bundle(earlier)
        if faults:
            raise Malformed("the earlier export is no bundle")
    known = None if releases is None else parse_releases(releases)
    return key, kept, allow_unsigned, known, [parse_list(one) for one in reports]


def directory(address):
    return address if address.endswith("/") else address + "/"


def is_listed(said, report_id):
    return sha256(said["salt bytes"] + bytes.fromhex(report_id))[:16].hex() in said["known"]


def newest_that_stands_for_others(ledger):
    for entry in reversed(ledger):
        if entry["kind"] in ("fold", "erase") and "through" in entry["detail"]:
            return entry
    return None


SAME = "leader leaderOperator leaderKey helper helperOperator helperKey task".split()
AT_MOST = "epsilonPerReport epsilonPerYear delta workBits maxParticipations".split()
AT_LEAST = "smallestCrowd periodDays".split()
ROUNDING = 1e-9


def was_agreed_to(sent, consent):
    """Whether an upload follows the consent: recipients, terms, and the hash that both servers check."""
    return (
        all(sent[name] == consent[name] for name in SAME)
        and sent.get("demonstration") == consent.get("demonstration")
        and all(sent[name] <= consent[name] * (1 + ROUNDING) for name in AT_MOST)
        and all(sent[name] >= consent[name] for name in AT_LEAST)
        and sent.get("relay") == consent.get("relay")
        and ("counts" not in sent or "counts" in consent)
        and (sent["trust"] == "two-aggregators" or sent["trust"] == consent["trust"])
        and (
            sent.get("tokens") != "account"
            or consent.get("tokens") == "account"
            and "issuer" in sent
            and sent["issuer"] == consent.get("issuer")
        )
        and sent["url"] == sent["leader"].rstrip("/") + "/v1/reports"
        and sent["consent"] == consent_hash(sent).hex()
    )


class Audit:
    def __init__(
        self, bundle, key=None, earlier=None, allow_unsigned=False, releases=None, reached=()
    ):
        self.bundle, self.ledger = bundle, bundle["ledger"]
        self.key, self.earlier, self.allow_unsigned = key, earlier, allow_unsigned
        self.releases, self.reached = releases, reached
        self.faults = []
        self.removed = newest_that_stands_for_others(self.ledger)
        self.reports, self.loss_squared, self.remade, self.fits = {}, 0.0, 0, 0

    def fault(self, check, entry, message):
        self.faults.append((check, None if entry is None else int(entry["sequence"]), message))

    def run(self):
        self.check_chain()
        self.check_times()
        self.check_addresses()
        self.check_end()
        self.check_uploads()
        self.check_reports()
        self.check_checkpoints()
        self.check_fits()
        self.check_settings()
        if self.earlier is not None:
            self.check_earlier()
        if self.releases is not None:
            self.check_releases()
        return not self.faults

    def check_chain(self):
        sequence, previous, key = 0.0, NO_PREVIOUS, None
        if self.removed is not None:
            detail = self.removed["detail"]
            sequence, previous = detail["through"] + 1, detail["hash"]
        for entry in self.ledger:
            if not self.follows(entry, sequence, previous, key):
                self.fault("chain", entry, "does not follow, or its signature does not hold")
                break
            key = key or entry.get("key")
            sequence, previous = sequence + 1, entry["hash"]
        first = next((entry for entry in self.ledger if "key" in entry), None)
        last = self.ledger[-1] if self.ledger else None
        if last is not None and "key" not in last and not (self.allow_unsigned and first is None):
            self.fault("signatures", last, "the log is not signed at its end")
        if self.key is not None and (first is None or first["key"] != self.key):
            self.fault("key", first, "the log is signed by another key, or by none")

    def follows(self, entry, sequence, previous, key):
        if entry["sequence"] != sequence or entry["previous"] != previous:
            return False
        hashed = {name: entry[name] for name in entry if name not in ("hash", "signature")}
        if sha256(canonical(hashed)).hex() != entry["hash"]:
            return False
        if key is not None and entry["kind"] in SIGNED and entry.get("key") != key:
            return False
        if "key" not in entry or "signature" not in entry:
            return ("key" in entry) == ("signature" in entry)
        message = b"nearside log v1\0" + bytes.fromhex(entry["hash"])
        return is_signed(entry["key"], entry["signature"], message)

    def check_times(self):
        before = 0.0
        for entry in self.ledger:
            if entry["time"] > self.bundle["exported"] + DAY:
                self.fault("time", entry, "it is later than the export")
            elif entry["time"] < before - DAY:
                self.fault("time", entry, "it is earlier than the entry before")
            before = entry["time"]

    def check_addresses(self):
        declared = self.bundle["settings"].get("declared", [])
        exact = {url for url in declared if not url.endswith("/")}
        below = tuple(url for url in declared if url.endswith("/"))
        for entry in self.ledger:
            target = entry["detail"].get("url")
            relay = entry["detail"].get("relay")
            if target is not None and target not in exact and not target.startswith(below):
                self.fault("request", entry, "it goes where the shop declares nothing")
            if target is not None and relay is not None and directory(relay) not in below:
                self.fault("request", entry, "a relay carries it that the shop declares nowhere")

    def check_end(self):
        last = self.ledger[-1] if self.ledger else None
        held = {name: self.bundle[name] for name in self.bundle if name not in ("salt", "ledger")}
        if last is None or last["kind"] != "export":
            self.fault("end", last, "the log does not end with the export's own entry")
        elif commitment(self.bundle["salt"], held) != last["detail"].get("commitment"):
            self.fault("end", last, "the rest of the bundle is not what this entry commits to")

    def check_uploads(self):
        removed = self.removed["detail"] if self.removed else {}
        consent = removed if removed.get("contribute") is True else None
        self.loss_squared = removed.get("lossSquared", 0.0)
        for entry in self.ledger:
            kind, detail = entry["kind"], entry["detail"]
            asks_token = kind == "request" and detail.get("purpose") == "token"
            expected = TOKEN_REQUEST_BYTES * detail["count"] if asks_token else 0
            if kind != "upload" and entry["bytesSent"] != expected:
                self.fault("upload", entry, f"a {kind} that sent other than {expected} bytes")
            if kind in ("request", "upload"):
                sent = entry["bytesSent"] / max(detail.get("count", 1), 1)
                if ("relay" in detail) != (detail.get("sealed", 0) > sent):
                    self.fault("upload", entry, "the size of what a relay carried is missing or untrue")
            if kind == "consent":
                consent = detail if detail.get("contribute") is True else None
            elif kind == "erase" and detail.get("what") == "everything":
                consent = None
            elif kind == "upload":
                self.check_upload(entry, consent, removed)
            elif kind == "receipt":
                self.check_receipt(entry, removed)

    def check_upload(self, entry, consent, removed):
        detail = entry["detail"]
        if consent is None:
            self.fault("consent", entry, "an upload, but no consent before it")
        elif not was_agreed_to(detail, consent):
            self.fault("consent", entry, "to others, or on other terms, than the consent names")
        first = self.reports.get(detail.get("reportId"))
        if first is not None:
            if first["detail"] != detail or first["bytesSent"] != entry["bytesSent"]:
                self.fault("upload", entry, "sent again, but not the same")
            return
        self.reports[detail.get("reportId")] = entry
        if detail["squaredNormInteger"] > detail["clipNormInteger"] * detail["clipNormInteger"]:
            self.fault("norm", entry, "the update is longer than the clip norm allows")
        z, delta = detail["noiseMultiplier"], detail["delta"]
        if z >= LEAST_NOISE and detail["reportId"] != removed.get("lastReport"):
            self.loss_squared += 1 / (z * z)
        limits = DEMONSTRATION if (consent or {}).get("demonstration") else LIMITS
        if not (z >= LEAST_NOISE and 0 < delta <= limits["delta"]):
            self.fault("epsilon", entry, "its noise promises nothing")
            return
        if detail["smallestCrowd"] < limits["smallestCrowd"]:
            self.fault("epsilon", entry, "its round was smaller than a device takes part in")
        terms = {**limits, **(consent or {})}
        one, ever = substitution(1 / (z * z), delta), substitution(self.loss_squared, delta)
        said, said_ever = detail["epsilon"], detail["epsilonEver"]
        per_report = min(terms["epsilonPerReport"], limits["epsilonPerReport"])
        if not at_most(one, per_report) or not at_most(delta, terms["delta"]):
            self.fault("epsilon", entry, "the report costs more than was agreed to")
        if not at_most(ever, said_ever):
            self.fault("epsilon", entry, f"it says {said_ever}; all reports cost {ever:.7g}")
        if not at_most(one, said) or not at_most(said, said_ever):
            self.fault("epsilon", entry, "the year's is not between one report and all of them")
        if not at_most(said, min(terms["epsilonPerYear"], limits["epsilonPerYear"])):
            self.fault("epsilon", entry, "the year's is above what was agreed to")

    def check_receipt(self, entry, removed):
        detail = entry["detail"]
        sent = self.reports.get(detail.get("id"))
        if sent is None:
            if detail.get("id") != removed.get("lastReport"):
                self.fault("receipt", entry, "of a report that no entry sent")
        elif any(
            sent["detail"].get(mine) != detail.get(theirs)
            for mine, theirs in (("sha256", "bodyHash"), ("round", "round"))
        ):
            self.fault("receipt", entry, "for other bytes than were sent")
        message = b"nearside receipt v1\0" + bytes.fromhex(detail["bodyHash"])
        if not is_signed(detail["key"], detail["signature"], message):
            self.fault("receipt", entry, "the leader's signature does not hold")

    def check_reports(self):
        for opening in self.bundle["settings"].get("openings", []):
            entry = self.reports.get(opening["reportId"])
            if entry is None:
                continue
            try:
                wrong = self.compare(opening, entry)
            except (ValueError, struct.error, OverflowError) as e:
                wrong = f"can't be made again: {e}"
            if wrong is None:
                self.remade += 1
            else:
                self.fault("report", entry, wrong)

    def compare(self, opening, sent):
        detail = sent["detail"]
        update = unbase64(opening["salt"]) + unbase64(opening["update"])
        if sha256(update).hex() != detail.get("commitment"):
            return "the kept update is not what the log commits to"
        body, made = make_report(opening)
        if len(body) != sent["bytesSent"]:
            return f"made again, it has {len(body)} bytes"
        wrong = next((name for name in made if made[name] != detail.get(name)), None)
        if wrong is not None:
            return f"made again, its {wrong} is {made[wrong]}, not {detail.get(wrong)}"
        for entry in self.ledger:
            if entry["kind"] == "receipt" and entry["detail"].get("id") == opening["reportId"]:
                if entry["detail"].get("key") != opening["policy"]["leader"]["signing"]:
                    return "its receipt is signed by another key than the policy's leader"
        return None

    def checkpoint(self, said, hashed):
        """Id of a report that commits to the hash of a log entry. `said`: a list or an upload's detail."""
        secret = self.bundle["settings"].get("checkpoints")
        if secret is None:
            return ""
        made = b"nearside checkpoint v2\0" + unbase64(secret) + bytes.fromhex(said["policyHash"])
        made += struct.pack(">I", int(said["round"])) + bytes.fromhex(hashed)
        return sha256(made)[:16].hex()

    def check_checkpoints(self):
        hashes = {-1.0: ""}
        if self.removed is not None:
            hashes[self.removed["detail"]["through"]] = self.removed["detail"]["hash"]
        hashes.update((entry["sequence"], entry["hash"]) for entry in self.ledger)
        for report_id, entry in self.reports.items():
            through = entry["detail"]["through"]
            if through >= entry["sequence"]:
                self.fault("checkpoint", entry, "it names no entry before it that its id would fix")
            elif through in hashes and self.checkpoint(entry["detail"], hashes[through]) != report_id:
                self.fault("checkpoint", entry, "its id is not made from that entry as it is now")
        for said in self.reached:
            self.check_list(said)
        for entry in self.ledger:
            if entry["kind"] == "receipt":
                for said in self.reached:
                    if said["round"] == entry["detail"].get("round"):
                        if not is_listed(said, entry["detail"]["id"]):
                            self.fault("checkpoint", entry, "the helper has got no report of this id")
        followed = {entry["detail"].get("through") for entry in self.reports.values()}
        for said in self.reached:
            for entry in self.ends():
                following = self.checkpoint(said, entry["hash"])
                if following in self.reports or not is_listed(said, following):
                    continue
                if entry["sequence"] in followed or said["closed"] < self.bundle["exported"]:
                    self.fault("checkpoint", entry, "the helper has got another report that follows it")

    def ends(self):
        """Entries to whose hash a report's id can commit."""
        kinds = [entry["kind"] for entry in self.ledger]
        first = kinds.index("upload") if "upload" in kinds else len(kinds)
        before = [entry for entry in self.ledger[:first] if "day" not in entry["detail"]]
        return before + list(self.reports.values())

    def check_list(self, said):
        message = {name: said[name] for name in LIST if name != "signature"}
        signed = b"nearside reached v2\0" + canonical(message)
        if not is_signed(said["key"], said["signature"], signed):
            self.fault("checkpoint", None, "the helper's signature of its list does not hold")
        for opening in self.bundle["settings"].get("openings", []):
            if opening["round"] == said["round"]:
                named = opening
                for name in ("policy", "helper", "signing"):
                    named = named.get(name) if isinstance(named, dict) else None
                if named not in (None, said["key"]):
                    self.fault("checkpoint", None, "a list is signed by another key")
                break

    def check_fits(self):
        logged = {e["detail"].get("commitment"): e for e in self.ledger if e["kind"] == "learn"}
        people = [self.bundle, *self.bundle.get("profiles", [])]
        for version in (one for person in people for one in person["personal"]["versions"]):
            if "salt" not in version:
                continue
            apart = ("version", "u", "w", "salt")
            facts = {name: version[name] for name in version if name not in apart}
            entry = logged.get(commitment(version["salt"], facts))
            numbers = version["u"] + version["w"]
            held = version["base"].encode() + struct.pack(f"<{len(numbers)}f", *numbers)
            if sha256(held).hex() != version["checksum"]:
                self.fault("fit", entry, "the parameters are not those of the fit")
            elif entry is not None and entry["detail"]["base"] == version["base"]:
                self.fits += 1
            elif entry is not None:
                self.fault("fit", entry, "fitted on another base")
            elif not self.ledger or self.ledger[0]["sequence"] <= 0:
                self.fault("fit", None, "no entry commits to a version of the personal model")

    def check_settings(self):
        logged, settings = self.bundle["logged"], self.bundle["settings"]
        consent = settings.get("consent", {})
        said = next((e for e in reversed(self.ledger) if e["kind"] == "consent"), self.removed)
        facts, terms = said["detail"] if said else {}, consent.get("terms", {})
        is_said = facts.get("contribute") is True and all(
            facts.get(name) == terms.get(name) for name in TERMS
        )
        if consent.get("contribute") is True and not is_said:
            if said is None or said["sequence"] <= logged:
                self.fault("settings", None, "a consent that is not the last in the log")
        if "wording" in consent:
            held = sha256(consent["wording"].encode()).hex()
            if held not in (e["detail"].get("wording") for e in self.ledger):
                self.fault("settings", None, "words of a consent that the log doesn't know")
        rounds = {
            (e["detail"].get("round"), e["detail"].get("policyHash"))
            for e in self.ledger
            if e["kind"] == "upload" and e["sequence"] <= logged
        }
        budget = settings.get("budget") or {"participations": [], "earlier": {"reports": 0}}
        for one in budget["participations"]:
            rounds.discard((one["round"], one["policyHash"]))
        if len(rounds) > budget["earlier"]["reports"]:
            self.fault("settings", None, "the budget leaves out reports that the log says were sent")

    def check_earlier(self):
        before = self.earlier["ledger"]
        if not before:
            return
        last, end = before[-1], self.ledger[-1] if self.ledger else None
        if end is None or end["sequence"] < last["sequence"]:
            self.fault("earlier", end, "the log ends before an earlier export did")
            return
        same = next((e for e in self.ledger if e["sequence"] == last["sequence"]), None)
        if same is not None:
            if same["hash"] != last["hash"]:
                self.fault("earlier", same, "an earlier export has another entry of this number")
        elif self.removed is not None and self.removed["detail"]["through"] == last["sequence"]:
            if self.removed["detail"]["hash"] != last["hash"]:
                self.fault("earlier", self.removed, "an earlier export ended with another hash")
        if "key" in last and end.get("key") != last["key"]:
            self.fault("earlier", end, "an earlier export was signed by another key")

    def check_releases(self):
        known = self.releases
        for entry in self.ledger:
            release = entry["detail"].get("release")
            if entry["kind"] != "model" or not known or release is None or release < min(known):
                continue
            if known.get(release) != entry["detail"].get("manifest"):
                self.fault("release", entry, "the helper has signed another model as that, or none")


def as_json(faults, audit=None):
    said = {"ok": not faults, "faults": [{"check": c, "entry": e} for c, e, _ in faults]}
    if audit is not None:
        said["epsilon"] = substitution(audit.loss_squared, LIMITS["delta"])
        said["epsilonZeroOut"] = zero_out(audit.loss_squared, LIMITS["delta"])
        said.update(reports=len(audit.reports), remade=audit.remade, fits=audit.fits)
    return json.dumps(said)


def audited(data, others):
    bundle, faults = parse_bundle(data)
    if bundle is None:
        return faults, None
    audit = Audit(bundle, *others)
    audit.run()
    return audit.faults, audit


def verify_lines():
    def plain(value):
        if isinstance(value, list):
            return [base64.b64decode(one) for one in value]
        return base64.b64decode(value)

    for line in sys.stdin.buffer:
        asked = json.loads(line)
        files = ("earlier", "releases", "reports")
        beside = {name: plain(asked[name]) for name in files if name in asked}
        try:
            others = parse_options(key=asked.get("key"), **beside)
        except Malformed as error:
            said = as_json([("option", None, str(error))])
        else:
            said = as_json(*audited(plain(asked["bundle"]), others))
        print(said, flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description="checks what a device exported")
    parser.add_argument("bundle", nargs="*")
    parser.add_argument("--lines", action="store_true", help="bundles from standard input, as above")
    parser.add_argument("--key", help="the log's public key, if you have it from elsewhere")
    parser.add_argument("--earlier", help="an earlier export of the same browser")
    parser.add_argument("--releases", help="what the helper's /v1/models says")
    parser.add_argument(
        "--reports",
        action="extend",
        nargs="+",
        default=[],
        help="what the helper's /v1/rounds/N/reports says",
    )
    parser.add_argument("--allow-unsigned", action="store_true")
    parser.add_argument("--json", action="store_true", help="findings as JSON, a line a bundle")
    options = parser.parse_args()
    if options.lines:
        return verify_lines()
    if not options.bundle:
        parser.error("no bundle was given")

    def read(path):
        with open(path, "rb") as file:
            return file.read()

    try:
        others = parse_options(
            options.key,
            options.allow_unsigned,
            earlier=read(options.earlier) if options.earlier else None,
            releases=read(options.releases) if options.releases else None,
            reports=[read(path) for path in options.reports],
        )
        files = [(path, read(path)) for path in options.bundle]
    except OSError as error:
        parser.error(str(error))
    except Malformed as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    return max([verify(path, data, others, options.json) for path, data in files])


def verify(path, data, others, is_json):
    faults, audit = audited(data, others)
    if is_json:
        print(as_json(faults, audit))
        return 1 if faults else 0
    for check, entry, message in faults:
        print(f"FAULT {check}{'' if entry is None else f', No. {entry}'}: {message}")
    if audit is None:
        print(f"{path}: NOT ok: another form than a bundle has")
        return 1
    signed = any("key" in entry for entry in audit.ledger)
    verdict = "ok" if signed else "unsigned: it agrees with itself, and shows no more"
    epsilon = substitution(audit.loss_squared, LIMITS["delta"])
    zeroed = zero_out(audit.loss_squared, LIMITS["delta"])
    print(
        f"{path}: {'NOT ok' if faults else verdict}; {len(audit.ledger)} entries, "
        f"{len(audit.reports)} reports, {audit.remade} made again the same to the bit, "
        f"{audit.fits} fits opened, "
        f"ε = {epsilon:.6g} by substitution, {zeroed:.6g} by zero-out"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
