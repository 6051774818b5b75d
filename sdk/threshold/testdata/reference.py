"""Second implementation of docs/threshold.md, which writes vectors.json.

    python3 sdk/threshold/testdata/reference.py > sdk/threshold/testdata/vectors.json

Python's integers and hmac module for everything; Argon2id and
ChaCha20-Poly1305 for the exported account from pyca/cryptography (44 or
later). It shares no code with the Go package and decodes by trying subsets.
Python 3.9 or later.
"""

import hashlib
import hmac
import itertools
import json

P = 2**61 - 1
PROTOCOL = b"veilhash/threshold/v0"


def i2osp(v, n):
    return v.to_bytes(n, "big")


def prefixed(*parts):
    return b"".join(i2osp(len(p), 4) + p for p in parts)


def mac(key, message):
    return hmac.new(key, message, hashlib.sha512).digest()


def hkdf(ikm, info, size):
    """RFC 5869 with SHA-512 and the protocol's name as salt."""
    prk = mac(PROTOCOL, ikm)
    out, block, i = b"", b"", 0
    while len(out) < size:
        i += 1
        block = mac(prk, block + info + bytes([i]))
        out += block
    return out[:size]


def words(key, label, data):
    for i in itertools.count():
        block = mac(key, prefixed(label, data) + i2osp(i, 8))
        for j in range(0, 64, 8):
            yield int.from_bytes(block[j : j + 8], "big")


def field_element(source, refuse_zero=False):
    for w in source:
        v = w % 2**61
        if v != P and not (refuse_zero and v == 0):
            return v


def below(source, n):
    bits = (n - 1).bit_length()
    for w in source:
        v = w % 2**bits
        if v < n:
            return v


def blur(w):
    return [2 ** min(s, w - s) for s in range(w + 1)]


def draw(source, weights):
    u = below(source, sum(weights))
    for value, weight in enumerate(weights):
        if u < weight:
            return value
        u -= weight


def encode(values):
    return b"".join(i2osp(v, 8) for v in values)


class Dealer:
    def __init__(self, secret, generation, T, w, period, epoch, set_id):
        context = b"".join(i2osp(v, 4) for v in (generation, T, w, period)) + i2osp(epoch, 8) + set_id
        self.key = hkdf(secret, prefixed(b"dealer", context), 64)
        self.T, self.w, self.m = T, w, max(w, 5)
        self.f = []
        for i in range(self.m):
            source = words(self.key, b"polynomial", i2osp(i, 4))
            self.f.append([field_element(source) for _ in range(T)])

    def payload_key(self):
        return payload_key([f[0] for f in self.f], self.T, self.w)

    def share(self, token):
        x = field_element(words(self.key, b"point", token), refuse_zero=True)
        return [x] + [sum(c * pow(x, j, P) for j, c in enumerate(f)) % P for f in self.f]

    def synthetics(self, openings):
        count = draw(words(self.key, b"synthetic count", b""), blur(self.w))
        out = []
        for i in range(count):
            source = words(self.key, b"synthetic", i2osp(i, 4))
            share = [field_element(source, refuse_zero=True)] + [field_element(source) for _ in range(self.m)]
            n = 1 + draw(words(self.key, b"openings", i2osp(i, 4)), openings)
            due = next(words(self.key, b"due", i2osp(i, 4))) >> 32
            pick = next(words(self.key, b"pick", i2osp(i, 4)))
            out.append((share, n, due, pick))
        return sorted(out, key=lambda point: point[2])

    def scope(self):
        source = words(self.key, b"scope", b"")
        return i2osp(next(source), 8) + i2osp(next(source), 8)


def payload_key(constants, T, w):
    return hkdf(encode(constants), prefixed(b"payload key", i2osp(T, 4) + i2osp(w, 4)), 32)


def lagrange(points, x, column):
    """The value at x of the polynomial through the points' given column."""
    total = 0
    for k, p in enumerate(points):
        num = den = 1
        for j, q in enumerate(points):
            if j != k:
                num = num * (x - q[0]) % P
                den = den * (p[0] - q[0]) % P
        total += p[column] * num * pow(den, -1, P)
    return total % P


def opens(points, T, w):
    """Tries all subsets of T points, and returns the payload key of a subset
    whose polynomials hold at least T+1 of the points, or None."""
    m = len(points[0]) - 1
    for subset in itertools.combinations(points, T):
        on = [p for p in points if all(lagrange(subset, p[0], i) == p[i] for i in range(1, m + 1))]
        if len(on) > T:
            return payload_key([lagrange(subset, 0, i) for i in range(1, m + 1)], T, w)
    return None


def account_text(secret, generation):
    text = b"veilhash-account-v0:%d:%s:" % (generation, secret.hex().encode())
    return (text + hashlib.sha256(text).hexdigest()[:8].encode()).decode()


def exported_text(account, passphrase, salt, t, m, p):
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    out = Argon2id(salt=salt, length=64, iterations=t, lanes=p, memory_cost=m).derive(passphrase)
    header = "veilhash-account-export-v0:t=%d,m=%d,p=%d:%s:%s:" % (t, m, p, salt.hex(), out[32:].hex())
    sealed = ChaCha20Poly1305(out[:32]).encrypt(bytes(12), account.encode(), header.encode())
    return header + sealed.hex()


def seed(*parts):
    return hashlib.sha256("/".join(str(p) for p in parts).encode()).digest()


OPENINGS = [61, 24, 0, 15]
TOKENS = [b"", b"\x00", b"token", bytes(range(64))]


def field_digest(count):
    """SHA-256 over a·b, a+b, a−b, 1/a for chained operands."""
    digest, a, b = hashlib.sha256(), 1, P - 1
    for _ in range(count):
        row = [a * b % P, (a + b) % P, (a - b) % P, pow(a, P - 2, P)]
        digest.update(encode(row))
        a, b = (row[0] + 0x1234567) % P, (row[1] * row[3] + row[2]) % P
    return digest.hexdigest()


def dealer_case(name, T, w, period, epoch, generation):
    secret, set_id = seed(name, "secret"), seed(name, "set")
    d = Dealer(secret, generation, T, w, period, epoch, set_id)
    key = d.payload_key()
    return {
        "name": name,
        "secret": secret.hex(),
        "generation": generation,
        "threshold": T,
        "synthetic": w,
        "period": period,
        "epoch": str(epoch),
        "setID": set_id.hex(),
        "account": account_text(secret, generation),
        "scope": d.scope().hex(),
        "polynomials": hashlib.sha256(b"".join(encode(f) for f in d.f)).hexdigest(),
        "payloadKey": key.hex(),
        "shares": [{"token": t.hex(), "share": encode(d.share(t)).hex()} for t in TOKENS],
        "synthetics": [
            {"share": encode(s).hex(), "openings": n, "due": due, "pick": str(pick)}
            for s, n, due, pick in d.synthetics(OPENINGS)
        ],
    }


def detector_case(name, T, w, true, synthetic):
    """true shares and synthetic ones in a fixed shuffle; where they open."""
    secret = seed(name, "secret")
    d = Dealer(secret, 1, T, w, 7, 9, bytes(32))
    points = [d.share(b"picture %d" % i) for i in range(true)]
    for i in range(synthetic):
        source = words(d.key, b"synthetic", i2osp(i, 4))
        points.append([field_element(source, True)] + [field_element(source) for _ in range(d.m)])
    points.sort(key=lambda p: hashlib.sha256(encode(p)).digest())
    at, key = -1, None
    for n in range(T + 1, len(points) + 1):
        key = opens(points[:n], T, w)
        if key is not None:
            at = n - 1
            break
    return {
        "name": name,
        "threshold": T,
        "synthetic": w,
        "shares": [encode(p).hex() for p in points],
        "opensAt": at,
        "payloadKey": key.hex() if key else "",
    }


def main():
    account = account_text(seed("export"), 12)
    salt = seed("salt")[:16]
    print(json.dumps({
        "provenance": "written by sdk/threshold/testdata/reference.py, an independent implementation of docs/threshold.md in Python",
        "field": {"count": 10000, "digest": field_digest(10000)},
        "blurs": [{"synthetic": w, "weights": blur(w)} for w in (0, 1, 2, 5, 32, 33, 64)],
        "openings": ",".join(str(v) for v in OPENINGS),
        "dealers": [
            dealer_case("one of one", 1, 0, 0, 0, 1),
            dealer_case("one synthetic", 2, 1, 1, 1, 2),
            dealer_case("small", 3, 2, 20000, 5, 2**31),
            dealer_case("standard", 30, 32, 4294967295, 2**64 - 1, 4294967295),
            dealer_case("standard, next period", 30, 32, 20001, 5, 77),
            dealer_case("largest w", 9, 64, 20000, 6, 3),
        ],
        "detectors": [
            detector_case("T+1 true among w", 3, 4, 4, 4),
            detector_case("T true among w", 3, 4, 3, 4),
            detector_case("more than enough", 4, 3, 7, 3),
            detector_case("no synthetic", 5, 0, 6, 0),
            detector_case("two", 2, 5, 3, 5),
        ],
        "exported": {
            "account": account,
            "passphrase": "correct horse battery staple",
            "salt": salt.hex(),
            "passes": 1,
            "memoryKiB": 19456,
            "lanes": 1,
            "text": exported_text(account, b"correct horse battery staple", salt, 1, 19456, 1),
        },
    }, indent=1))


if __name__ == "__main__":
    main()
