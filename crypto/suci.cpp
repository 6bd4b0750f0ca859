#include "crypto/suci.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include <algorithm>

#include "base/ensure.h"
#include "crypto/hash.h"
#include "crypto/primitives/aes.h"

namespace sen::crypto {
namespace {

constexpr size_t tag_length = 8;

template <auto free>
struct Free {
  template <class T>
  void operator()(T* p) const {
    free(p);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using Scalar = std::unique_ptr<BIGNUM, Free<BN_clear_free>>;
using Point = std::unique_ptr<EC_POINT, Free<EC_POINT_clear_free>>;
using BnContext = std::unique_ptr<BN_CTX, Free<BN_CTX_free>>;

const EC_GROUP* p256() {
  static const std::unique_ptr<EC_GROUP, Free<EC_GROUP_free>> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  ensure(group);
  return group.get();
}

// Scratch numbers of the thread.
BN_CTX* scratch() {
  thread_local const BnContext context(BN_CTX_secure_new());
  ensure(context);
  return context.get();
}

size_t point_length(SuciScheme scheme) { return scheme == SuciScheme::profile_a ? 32 : 33; }
const char* name(SuciScheme scheme) { return scheme == SuciScheme::profile_a ? "SUCI profile A" : "SUCI profile B"; }

// One end's key pair on the curve of a profile; both ends of the agreement use it.
class KeyPair {
 public:
  static Result<KeyPair> load(SuciScheme scheme, ByteView private_key) {
    if (scheme != SuciScheme::profile_a && scheme != SuciScheme::profile_b) {
      return fail(Fault::unsupported, "SUCI", "scheme {} has no key (1 is profile A, 2 is profile B)", static_cast<unsigned>(scheme));
    }
    if (private_key.size() != 32)
      return fail(Fault::invalid, name(scheme), "a private key of {} octets where 32 are needed", private_key.size());
    KeyPair pair;
    pair.scheme = scheme;
    std::copy(private_key.begin(), private_key.end(), pair.private_key.begin());
    SEN_TRY(scheme == SuciScheme::profile_a ? pair.load_a() : pair.load_b());
    return pair;
  }
  KeyPair(KeyPair&&) noexcept = default;
  ~KeyPair() { wipe(private_key); }

  // The X coordinate that both ends share (TS 33.501 C.3.4.1), or an error if `peer` is no point of the curve.
  Result<Octets<32>> agree(ByteView peer) const { return scheme == SuciScheme::profile_a ? agree_a(peer) : agree_b(peer); }

  SuciScheme scheme = SuciScheme::profile_a;
  Octets<32> private_key{};
  Bytes public_key;

 private:
  KeyPair() = default;

  Status load_a() {
    pkey_.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, private_key.data(), private_key.size()));
    size_t length = 32;
    public_key.resize(length);
    if (!pkey_ || EVP_PKEY_get_raw_public_key(pkey_.get(), public_key.data(), &length) != 1) {
      return fail(Fault::invalid, name(scheme), "the private key was refused");
    }
    return {};
  }

  Status load_b() {
    scalar_.reset(BN_bin2bn(private_key.data(), static_cast<int>(private_key.size()), nullptr));
    ensure(scalar_);
    if (BN_is_zero(scalar_.get()) || BN_cmp(scalar_.get(), EC_GROUP_get0_order(p256())) >= 0) {
      return fail(Fault::invalid, name(scheme), "the private key is not in 1 to n - 1");
    }
    BN_set_flags(scalar_.get(), BN_FLG_CONSTTIME);
    Point point(EC_POINT_new(p256()));
    public_key.resize(33);
    ensure(point && EC_POINT_mul(p256(), point.get(), scalar_.get(), nullptr, nullptr, scratch()) == 1);
    ensure(EC_POINT_point2oct(p256(), point.get(), POINT_CONVERSION_COMPRESSED, public_key.data(), 33, scratch()) == 33);
    return {};
  }

  Result<Octets<32>> agree_a(ByteView peer) const {
    Pkey other(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer.data(), peer.size()));
    PkeyContext context(EVP_PKEY_CTX_new(pkey_.get(), nullptr));
    ensure(other && context && EVP_PKEY_derive_init(context.get()) == 1);
    Octets<32> shared{};
    size_t length = shared.size();
    // OpenSSL refuses the all-zero secret that a point of low order leads to (RFC 7748 6.1).
    if (EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1 || EVP_PKEY_derive(context.get(), shared.data(), &length) != 1) {
      return fail(Fault::invalid, name(scheme), "the public key is a point of low order");
    }
    return shared;
  }

  Result<Octets<32>> agree_b(ByteView peer) const {
    Point point(EC_POINT_new(p256()));
    Scalar x(BN_new());
    ensure(point && x);
    if (EC_POINT_oct2point(p256(), point.get(), peer.data(), peer.size(), scratch()) != 1 ||
        EC_POINT_is_on_curve(p256(), point.get(), scratch()) != 1 || EC_POINT_is_at_infinity(p256(), point.get())) {
      return fail(Fault::invalid, name(scheme), "the public key is no point of secp256r1");
    }
    ensure(EC_POINT_mul(p256(), point.get(), nullptr, point.get(), scalar_.get(), scratch()) == 1);
    ensure(EC_POINT_get_affine_coordinates(p256(), point.get(), x.get(), nullptr, scratch()) == 1);
    Octets<32> shared;
    ensure(BN_bn2binpad(x.get(), shared.data(), static_cast<int>(shared.size())) == 32);
    return shared;
  }

  Pkey pkey_;      // profile A
  Scalar scalar_;  // profile B
};

// What ANSI X9.63's KDF yields in the profiles of TS 33.501 C.3.4: 64 octets, cut into three.
struct EciesKeys {
  Key128 encryption;
  Block counter;
  Key256 mac;
};

EciesKeys derive(const Octets<32>& shared, ByteView ephemeral_public_key) {
  auto block = [&](uint8_t counter) {
    Octets<4> count{0, 0, 0, counter};
    return sha256({shared, count, ephemeral_public_key});
  };
  Key256 first = block(1);
  EciesKeys keys;
  std::copy_n(first.begin(), 16, keys.encryption.begin());
  std::copy_n(first.begin() + 16, 16, keys.counter.begin());
  keys.mac = block(2);
  return keys;
}

// Fresh private key octets: any for Curve25519, below the order for secp256r1 (one in 2^32 draws is not).
Result<KeyPair> draw(SuciScheme scheme, RandomSource& random) {
  for (;;) {
    Result<KeyPair> pair = KeyPair::load(scheme, random.octets<32>());
    if (pair || pair.error().fault != Fault::invalid) return pair;
  }
}

Result<Bytes> conceal_for(const KeyPair& ephemeral, ByteView home_public_key, ByteView scheme_input) {
  bool right_length = home_public_key.size() == point_length(ephemeral.scheme) ||
                      (ephemeral.scheme == SuciScheme::profile_b && home_public_key.size() == 65);
  if (!right_length) {
    return fail(Fault::invalid, name(ephemeral.scheme), "a home network public key of {} octets (A: 32, B: 33 or 65)",
                home_public_key.size());
  }
  if (scheme_input.empty() || scheme_input.size() > suci_input_limit) {
    return fail(Fault::invalid, name(ephemeral.scheme), "a scheme input of {} octets (1 to {})", scheme_input.size(), suci_input_limit);
  }
  SEN_ASSIGN(auto shared, ephemeral.agree(home_public_key));
  EciesKeys keys = derive(shared, ephemeral.public_key);
  Bytes out = ephemeral.public_key;
  out.insert(out.end(), scheme_input.begin(), scheme_input.end());
  auto ciphertext = std::span(out).subspan(ephemeral.public_key.size());
  aes_ctr(keys.encryption, keys.counter, ciphertext);
  Key256 tag = hmac_sha256(keys.mac, {ciphertext});
  out.insert(out.end(), tag.begin(), tag.begin() + tag_length);
  return out;
}

}  // namespace

struct HomeNetworkKey::State {
  KeyPair pair;
};

HomeNetworkKey::HomeNetworkKey(std::unique_ptr<const State> state) : state_(std::move(state)) {}
HomeNetworkKey::HomeNetworkKey(HomeNetworkKey&&) noexcept = default;
HomeNetworkKey& HomeNetworkKey::operator=(HomeNetworkKey&&) noexcept = default;
HomeNetworkKey::~HomeNetworkKey() = default;

Result<HomeNetworkKey> HomeNetworkKey::load(SuciScheme scheme, ByteView private_key) {
  SEN_ASSIGN(auto pair, KeyPair::load(scheme, private_key));
  return HomeNetworkKey(std::make_unique<const State>(std::move(pair)));
}

Result<HomeNetworkKey> HomeNetworkKey::generate(SuciScheme scheme, RandomSource& random) {
  SEN_ASSIGN(auto pair, draw(scheme, random));
  return HomeNetworkKey(std::make_unique<const State>(std::move(pair)));
}

SuciScheme HomeNetworkKey::scheme() const { return state_->pair.scheme; }
const Octets<32>& HomeNetworkKey::private_key() const { return state_->pair.private_key; }
const Bytes& HomeNetworkKey::public_key() const { return state_->pair.public_key; }

Result<Bytes> HomeNetworkKey::deconceal(ByteView scheme_output) const {
  const KeyPair& pair = state_->pair;
  const size_t point = point_length(pair.scheme);
  if (scheme_output.size() <= point + tag_length) {
    return fail(Fault::truncated, name(pair.scheme), "a scheme output of {} octets where at least {} are needed", scheme_output.size(),
                point + tag_length + 1);
  }
  if (scheme_output.size() > point + suci_input_limit + tag_length) {
    return fail(Fault::invalid, name(pair.scheme), "a scheme output of {} octets where at most {} are allowed", scheme_output.size(),
                point + suci_input_limit + tag_length);
  }
  ByteView ephemeral = scheme_output.first(point);
  ByteView ciphertext = scheme_output.subspan(point, scheme_output.size() - point - tag_length);
  SEN_ASSIGN(auto shared, pair.agree(ephemeral));
  EciesKeys keys = derive(shared, ephemeral);
  Key256 tag = hmac_sha256(keys.mac, {ciphertext});
  if (!equal_constant_time(ByteView(tag).first(tag_length), scheme_output.last(tag_length))) {
    return fail(Fault::denied, name(pair.scheme), "the MAC tag is wrong (another home network key, or a damaged SUCI)");
  }
  Bytes out(ciphertext.begin(), ciphertext.end());
  aes_ctr(keys.encryption, keys.counter, out);
  return out;
}

Result<Bytes> conceal(SuciScheme scheme, ByteView home_public_key, ByteView scheme_input, RandomSource& random) {
  if (scheme == SuciScheme::null_scheme) return Bytes(scheme_input.begin(), scheme_input.end());
  SEN_ASSIGN(auto ephemeral, draw(scheme, random));
  return conceal_for(ephemeral, home_public_key, scheme_input);
}

Result<Bytes> conceal_with(SuciScheme scheme, ByteView home_public_key, ByteView scheme_input, ByteView ephemeral_private_key) {
  if (scheme == SuciScheme::null_scheme) return Bytes(scheme_input.begin(), scheme_input.end());
  SEN_ASSIGN(auto ephemeral, KeyPair::load(scheme, ephemeral_private_key));
  return conceal_for(ephemeral, home_public_key, scheme_input);
}

Result<Bytes> msin_to_bcd(std::string_view digits) {
  bool all_digits = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits.empty() || digits.size() > 10 || !all_digits) return fail(Fault::invalid, "MSIN", "\"{}\" is not 1 to 10 digits", digits);
  Bytes bcd;
  for (size_t i = 0; i < digits.size(); i += 2) {
    unsigned low = static_cast<unsigned>(digits[i] - '0');
    unsigned high = i + 1 < digits.size() ? static_cast<unsigned>(digits[i + 1] - '0') : 0xf;
    bcd.push_back(static_cast<uint8_t>(high << 4 | low));
  }
  return bcd;
}

Result<std::string> msin_from_bcd(ByteView bcd) {
  if (bcd.empty() || bcd.size() > 5) return fail(Fault::invalid, "MSIN", "{} octets of BCD (1 to 5)", bcd.size());
  std::string digits;
  for (size_t i = 0; i < bcd.size(); ++i) {
    unsigned low = bcd[i] & 15, high = bcd[i] >> 4;
    bool filler = high == 0xf && i + 1 == bcd.size();
    if (low > 9 || (high > 9 && !filler)) return fail(Fault::invalid, "MSIN", "octet 0x{:02x} is no BCD", bcd[i]);
    digits += static_cast<char>('0' + low);
    if (!filler) digits += static_cast<char>('0' + high);
  }
  return digits;
}

}  // namespace sen::crypto
