#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/pcap.h"

namespace sen {

namespace {

// Numbers in the byte order of the file.
class Cursor {
 public:
  Cursor(ByteView bytes, bool swapped) : bytes_(bytes), swapped_(swapped) {}

  uint32_t u32(size_t at) const {
    uint32_t v = 0;
    for (size_t i = 0; i < 4; ++i) v |= static_cast<uint32_t>(bytes_[at + i]) << (8 * (swapped_ ? 3 - i : i));
    return v;
  }
  uint16_t u16(size_t at) const {
    return static_cast<uint16_t>(swapped_ ? bytes_[at] << 8 | bytes_[at + 1] : bytes_[at + 1] << 8 | bytes_[at]);
  }

 private:
  ByteView bytes_;
  bool swapped_;
};

constexpr uint32_t pcap_micro = 0xa1b2c3d4, pcap_nano = 0xa1b23c4d, pcapng_section = 0x0a0d0d0a, pcapng_order = 0x1a2b3c4d;

}  // namespace

Result<PcapFile> PcapFile::read(const std::string& path) {
  std::error_code error;
  auto size = std::filesystem::file_size(path, error);
  if (error) return fail(Fault::io, path, "cannot be read: {}", error.message());
  if (size > max_file) return fail(Fault::exhausted, path, "{} octets are more than the {} that are read at once", size, max_file);
  std::ifstream file(path, std::ios::binary);
  Bytes content(size);
  if (!file.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(size))) return fail(Fault::io, path, "cannot be read");
  auto parsed = parse(std::move(content));
  if (!parsed) return std::unexpected(std::move(parsed).error().within(path));
  return parsed;
}

Result<PcapFile> PcapFile::parse(Bytes content) {
  PcapFile file;
  file.content_ = std::move(content);
  if (file.content_.size() < 24) return fail(Fault::truncated, "", "{} octets are no capture file", file.content_.size());
  bool is_pcapng = Cursor(file.content_, false).u32(0) == pcapng_section;
  SEN_TRY(is_pcapng ? file.parse_pcapng() : file.parse_pcap());
  return file;
}

Status PcapFile::parse_pcap() {
  bool swapped = false;
  uint32_t magic = Cursor(content_, false).u32(0);
  if (magic != pcap_micro && magic != pcap_nano) {
    swapped = true;
    magic = Cursor(content_, true).u32(0);
    if (magic != pcap_micro && magic != pcap_nano) return fail(Fault::invalid, "", "neither pcap nor pcapng");
  }
  Cursor in(content_, swapped);
  auto link = static_cast<LinkType>(in.u32(20) & 0x0fffffff);
  for (size_t at = 24; at < content_.size();) {
    size_t number = frames_.size() + 1;
    if (content_.size() - at < 16) return fail(Fault::truncated, fmt::format("frame {}", number), "the record header is cut off");
    uint32_t length = in.u32(at + 8);
    at += 16;
    if (content_.size() - at < length)
      return fail(Fault::truncated, fmt::format("frame {}", number), "{} octets announced, {} left", length, content_.size() - at);
    frames_.push_back({number, link, ByteView(content_).subspan(at, length)});
    at += length;
  }
  return {};
}

Status PcapFile::parse_pcapng() {
  enum : uint32_t { interface_block = 1, simple_packet = 3, enhanced_packet = 6 };
  bool swapped = false;
  std::vector<LinkType> links;
  for (size_t at = 0; at < content_.size();) {
    if (content_.size() - at < 12) return fail(Fault::truncated, fmt::format("offset {}", at), "the block is cut off");
    uint32_t type = Cursor(content_, swapped).u32(at);
    if (type == pcapng_section) {
      swapped = Cursor(content_, false).u32(at + 8) != pcapng_order;
      links.clear();
    }
    Cursor in(content_, swapped);
    uint32_t length = in.u32(at + 4);
    if (length < 12 || length % 4 != 0 || length > content_.size() - at)
      return fail(Fault::invalid, fmt::format("offset {}", at), "block length {} (12 to {})", length, content_.size() - at);
    ByteView body = ByteView(content_).subspan(at + 8, length - 12);
    Cursor block(body, swapped);
    if (type == interface_block && body.size() >= 8) {
      links.push_back(static_cast<LinkType>(block.u16(0)));
    } else if (type == enhanced_packet && body.size() >= 20) {
      uint32_t interface = block.u32(0), captured = block.u32(12);
      if (interface >= links.size() || captured > body.size() - 20)
        return fail(Fault::invalid, fmt::format("frame {}", frames_.size() + 1), "packet block of interface {}, {} octets", interface, captured);
      frames_.push_back({frames_.size() + 1, links[interface], body.subspan(20, captured)});
    } else if (type == simple_packet && body.size() >= 4 && !links.empty()) {
      frames_.push_back({frames_.size() + 1, links[0], body.subspan(4, std::min<size_t>(block.u32(0), body.size() - 4))});
    }
    at += length;
  }
  return {};
}

}  // namespace sen
