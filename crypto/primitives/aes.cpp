#include "crypto/primitives/aes.h"

#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <memory>

#include "base/ensure.h"

namespace sen::crypto {
namespace {

// A context that stays with its thread: setting a key in it costs 60 ns, creating one 400.
class Context {
 public:
  explicit Context(const char* name) : context_(EVP_CIPHER_CTX_new()) {
    EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
    ensure(context_ && cipher);
    ensure(EVP_EncryptInit_ex(context_.get(), cipher, nullptr, nullptr, nullptr) == 1);
    EVP_CIPHER_free(cipher);
  }

  void start(const Key128& key, const uint8_t* iv) {
    ensure(EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, key.data(), iv) == 1);
    EVP_CIPHER_CTX_set_padding(context_.get(), 0);
  }
  void update(const uint8_t* in, uint8_t* out, size_t length) {
    constexpr size_t step = size_t{1} << 30;  // OpenSSL counts in int
    while (length > 0) {
      int n = static_cast<int>(std::min(length, step));
      int written = 0;
      ensure(EVP_EncryptUpdate(context_.get(), out, &written, in, n) == 1 && written == n);
      in += n, out += n, length -= static_cast<size_t>(n);
    }
  }

 private:
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  std::unique_ptr<EVP_CIPHER_CTX, Free> context_;
};

// Doubling in GF(2^128) as RFC 4493 2.3 does it.
Block doubled(const Block& in) {
  Block out;
  for (size_t i = 0; i < 16; ++i) out[i] = static_cast<uint8_t>(in[i] << 1 | (i < 15 ? in[i + 1] >> 7 : 0));
  out[15] ^= static_cast<uint8_t>((in[0] >> 7) * 0x87);
  return out;
}

// CBC with a zero IV, of which only the last block matters.
class CbcMac {
 public:
  explicit CbcMac(const Key128& key) {
    const Block zero{};
    context_.start(key, zero.data());
  }
  void absorb(const uint8_t* data, size_t blocks) {
    while (blocks > 0) {
      size_t n = std::min(blocks, scratch_.size() / 16);
      context_.update(data, scratch_.data(), n * 16);
      data += n * 16, blocks -= n;
    }
  }
  uint32_t finish(const Block& last) {
    context_.update(last.data(), scratch_.data(), 16);
    return uint32_t{scratch_[0]} << 24 | uint32_t{scratch_[1]} << 16 | uint32_t{scratch_[2]} << 8 | scratch_[3];
  }

 private:
  static thread_local Context context_;
  std::array<uint8_t, 512> scratch_;
};
thread_local Context CbcMac::context_("AES-128-CBC");

}  // namespace

void aes_encrypt_blocks(const Key128& key, std::span<Block> blocks) {
  thread_local Context context("AES-128-ECB");
  context.start(key, nullptr);
  auto* data = reinterpret_cast<uint8_t*>(blocks.data());
  context.update(data, data, blocks.size_bytes());
}

Block aes_encrypt(const Key128& key, const Block& block) {
  Block out = block;
  aes_encrypt_blocks(key, {&out, 1});
  return out;
}

void aes_ctr(const Key128& key, const Block& counter, std::span<uint8_t> data) {
  thread_local Context context("AES-128-CTR");
  context.start(key, counter.data());
  context.update(data.data(), data.data(), data.size());
}

Block aes_cmac_subkey(const Key128& key) { return doubled(aes_encrypt(key, Block{})); }

uint32_t aes_cmac_32(const Key128& key, const Block& subkey, const Octets<8>& header, ByteView message, size_t bits) {
  ensure(bits <= 8 * message.size());
  CbcMac mac(key);
  Block block{};  // the block that is being filled: its first 8 octets are the header until the first is full
  std::copy(header.begin(), header.end(), block.begin());
  size_t filled = 8;
  size_t octets = (bits + 7) / 8;
  const uint8_t* data = message.data();
  if (octets > 8) {  // the last block is never absorbed here
    std::copy_n(data, 8, block.begin() + 8);
    mac.absorb(block.data(), 1);
    size_t whole = (octets - 8 - 1) / 16;
    mac.absorb(data + 8, whole);
    data += 8 + 16 * whole;
    octets -= 8 + 16 * whole;
    filled = 0;
    block.fill(0);
  }
  std::copy_n(data, octets, block.begin() + static_cast<ptrdiff_t>(filled));
  filled += octets;
  unsigned spare = static_cast<unsigned>(-bits & 7);  // bits of the last octet that are not message
  Block last_key = subkey;
  if (filled < 16 || spare > 0) {  // RFC 4493 2.4: pad with 10...0 and use K2
    if (spare > 0) {
      block[filled - 1] = static_cast<uint8_t>((block[filled - 1] & 0xff << spare) | 1u << (spare - 1));
    } else {
      block[filled] = 0x80;
    }
    last_key = doubled(subkey);
  }
  for (size_t i = 0; i < 16; ++i) block[i] ^= last_key[i];
  return mac.finish(block);
}

}  // namespace sen::crypto
