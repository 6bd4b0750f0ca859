#include "codec/gtpu/message.h"

#include <arpa/inet.h>

#include <algorithm>

namespace sen::gtpu {

namespace {

enum class Mode : uint8_t { read, write, print, random };

// The fields of one frame, bit by bit; the same list of fields reads, writes, prints and fills with random values.
class Frame {
 public:
  explicit Frame(ByteView in) : mode_(Mode::read), in_(in) {}
  explicit Frame(Bytes& out) : mode_(Mode::write), out_(&out) {}
  explicit Frame(codec::Tree& tree) : mode_(Mode::print), tree_(&tree) {}
  explicit Frame(Random& random) : mode_(Mode::random), random_(&random) {}

  bool filling() const { return mode_ == Mode::read || mode_ == Mode::random; }
  bool randomizing() const { return mode_ == Mode::random; }
  bool failed() const { return failed_; }
  size_t octets_read() const { return (at_ + 7) / 8; }
  uint64_t pick(uint64_t low, uint64_t high) { return random_->between(low, high); }

  template <class T>
  void field(const char* name, T& v, unsigned bits) {
    switch (mode_) {
      case Mode::read: v = static_cast<T>(get(bits)); break;
      case Mode::write: put(static_cast<uint64_t>(v), bits); break;
      case Mode::print: tree_->leaf(name, v); break;
      case Mode::random: v = static_cast<T>(random_->next() >> (64 - bits)); break;
    }
  }
  void spare(unsigned bits) {
    if (mode_ == Mode::read) get(bits);
    if (mode_ == Mode::write) put(0, bits);
  }
  // The flag that says whether an optional field is there; not printed, the field is.
  template <class T>
  bool present(std::optional<T>& v) {
    bool flag = v.has_value();
    if (mode_ == Mode::print) return flag;
    field("", flag, 1);
    if (filling()) {
      v.reset();
      if (flag) v.emplace();
    }
    return flag;
  }
  template <class T>
  void when(std::optional<T>& v, const char* name, unsigned bits) {
    if (v) field(name, *v, bits);
  }
  // A list preceded by its count in one octet; each element by `element(frame, value)`.
  template <class T, class F>
  void counted(const char* name, std::optional<std::vector<T>>& v, F element) {
    if (!v) return;
    auto count = static_cast<uint8_t>(v->size());
    if (mode_ == Mode::write && v->size() > 255) failed_ = true;
    if (mode_ == Mode::read || mode_ == Mode::write) field("", count, 8);
    if (randomizing()) count = static_cast<uint8_t>(pick(1, 3));
    if (filling()) v->assign(count, {});
    for (size_t i = 0; i < v->size() && !failed_; ++i) {
      if (tree_) {
        tree_->enter(name);
        tree_->enter(i);
      }
      element(*this, (*v)[i]);
      if (tree_) {
        tree_->leave();
        tree_->leave();
      }
    }
  }
  void blob(const char* name, Bytes& v) {
    auto count = static_cast<uint8_t>(v.size());
    if (mode_ == Mode::write && v.size() > 255) failed_ = true;
    if (mode_ == Mode::read || mode_ == Mode::write) field("", count, 8);
    if (randomizing()) count = static_cast<uint8_t>(pick(1, 4));
    if (filling()) v.assign(count, 0);
    if (mode_ == Mode::print) return tree_->leaf(name, ByteView(v));
    for (auto& octet : v) field("", octet, 8);
  }

 private:
  uint64_t get(unsigned bits) {
    if (at_ + bits > in_.size() * 8) {
      failed_ = true;
      at_ = in_.size() * 8;
      return 0;
    }
    uint64_t v = 0;
    for (; bits > 0; --bits, ++at_) v = v << 1 | (in_[at_ / 8] >> (7 - at_ % 8) & 1);
    return v;
  }
  void put(uint64_t v, unsigned bits) {
    for (; bits > 0; --bits, ++at_) {
      if (at_ % 8 == 0) out_->push_back(0);
      out_->back() |= static_cast<uint8_t>((v >> (bits - 1) & 1) << (7 - at_ % 8));
    }
  }

  Mode mode_;
  bool failed_ = false;
  size_t at_ = 0;  // bits
  ByteView in_;
  Bytes* out_ = nullptr;
  codec::Tree* tree_ = nullptr;
  Random* random_ = nullptr;
};

constexpr const char* frame_name(const DlPduSessionInformation&) { return "DL PDU SESSION INFORMATION"; }
constexpr const char* frame_name(const UlPduSessionInformation&) { return "UL PDU SESSION INFORMATION"; }
constexpr const char* frame_name(const DlUserData&) { return "DL USER DATA"; }
constexpr const char* frame_name(const DlDataDeliveryStatus&) { return "DL DATA DELIVERY STATUS"; }
constexpr const char* frame_name(const AssistanceInformation&) { return "ASSISTANCE INFORMATION DATA"; }
constexpr const char* frame_name(const PdcpPduNumber&) { return "PDCP PDU Number"; }
constexpr const char* frame_name(const LongPdcpPduNumber&) { return "Long PDCP PDU Number"; }
constexpr const char* frame_name(const UdpPort&) { return "UDP Port"; }
constexpr const char* frame_name(const ServiceClassIndicator&) { return "Service Class Indicator"; }

void pdu_type(Frame& f, uint8_t value) { f.field("PDU Type", value, 4); }

// TS 38.415 figure 5.5.2.1-1
void fields(Frame& f, DlPduSessionInformation& v) {
  pdu_type(f, 0);
  f.present(v.dl_sending_time_stamp);
  f.present(v.dl_qfi_sequence_number);
  f.present(v.dl_mbs_qfi_sequence_number);
  f.spare(1);
  f.present(v.paging_policy_indicator);
  f.field("RQI", v.rqi, 1);
  f.field("QFI", v.qfi, 6);
  if (v.paging_policy_indicator) {
    f.field("PPI", *v.paging_policy_indicator, 3);
    f.spare(5);
  }
  f.when(v.dl_sending_time_stamp, "DL Sending Time Stamp", 64);
  f.when(v.dl_qfi_sequence_number, "DL QFI Sequence Number", 24);
  f.when(v.dl_mbs_qfi_sequence_number, "DL MBS QFI Sequence Number", 32);
}

// TS 38.415 figure 5.5.2.2-1
void fields(Frame& f, UlPduSessionInformation& v) {
  pdu_type(f, 1);
  f.present(v.time_stamps);
  f.present(v.dl_delay_result);
  f.present(v.ul_delay_result);
  f.present(v.ul_qfi_sequence_number);
  f.present(v.n3_n9_delay_result);
  f.present(v.new_ie_flags);
  f.field("QFI", v.qfi, 6);
  if (v.time_stamps) {
    f.field("DL Sending Time Stamp Repeated", v.time_stamps->dl_sending_repeated, 64);
    f.field("DL Received Time Stamp", v.time_stamps->dl_received, 64);
    f.field("UL Sending Time Stamp", v.time_stamps->ul_sending, 64);
  }
  f.when(v.dl_delay_result, "DL Delay Result", 32);
  f.when(v.ul_delay_result, "UL Delay Result", 32);
  f.when(v.ul_qfi_sequence_number, "UL QFI Sequence Number", 24);
  f.when(v.n3_n9_delay_result, "N3/N9 Delay Result", 32);
  f.when(v.new_ie_flags, "New IE Flags", 8);
  if (f.randomizing() && v.new_ie_flags) *v.new_ie_flags &= 1;
  bool d1 = v.new_ie_flags && (*v.new_ie_flags & 1);
  if (f.filling()) {
    v.d1_ul_pdcp_delay_result.reset();
    if (d1) v.d1_ul_pdcp_delay_result.emplace();
  }
  if (d1) f.when(v.d1_ul_pdcp_delay_result, "D1 UL PDCP Delay Result", 32);
}

void range(Frame& f, SnRange& v) {
  f.field("Start", v.start, 24);
  f.field("End", v.end, 24);
}

// TS 38.425 figure 5.5.2.1-1
void fields(Frame& f, DlUserData& v) {
  pdu_type(f, 0);
  f.spare(1);
  f.present(v.discard_blocks);
  f.present(v.discard_up_to_sn);
  f.field("Report Polling", v.report_polling, 1);
  f.spare(3);
  f.field("Request OutOfSeq Report", v.request_out_of_seq_report, 1);
  f.present(v.report_sn);
  f.field("User Data Existence Flag", v.user_data_existence, 1);
  f.field("Assistance Info. Report Polling Flag", v.assistance_report_polling, 1);
  f.field("Retransmission Flag", v.retransmission, 1);
  f.field("NR-U Sequence Number", v.nr_u_sequence_number, 24);
  f.when(v.discard_up_to_sn, "DL discard NR PDCP PDU SN", 24);
  f.counted("DL discard block", v.discard_blocks, [](Frame& g, DiscardBlock& block) {
    g.field("DL discard NR PDCP PDU SN start", block.start, 24);
    g.field("Discarded Block size", block.size, 8);
  });
  f.when(v.report_sn, "DL report NR PDCP PDU SN", 24);
}

// TS 38.425 figure 5.5.2.2-1
void fields(Frame& f, DlDataDeliveryStatus& v) {
  pdu_type(f, 1);
  f.present(v.highest_transmitted_sn);
  f.present(v.highest_delivered_sn);
  f.field("Final Frame Indication", v.final_frame, 1);
  f.present(v.lost_ranges);
  f.spare(3);
  f.present(v.delivered_ranges);
  f.present(v.desired_data_rate);
  f.present(v.highest_retransmitted_sn);
  f.present(v.highest_delivered_retransmitted_sn);
  f.present(v.cause);
  f.field("Desired buffer size for the data radio bearer", v.desired_buffer_size, 32);
  f.when(v.desired_data_rate, "Desired Data Rate", 32);
  f.counted("Lost NR-U Sequence Number range", v.lost_ranges, range);
  f.when(v.highest_delivered_sn, "Highest successfully delivered NR PDCP Sequence Number", 24);
  f.when(v.highest_transmitted_sn, "Highest transmitted NR PDCP Sequence Number", 24);
  f.when(v.cause, "Cause Value", 8);
  f.when(v.highest_delivered_retransmitted_sn, "Highest successfully delivered retransmitted NR PDCP Sequence Number", 24);
  f.when(v.highest_retransmitted_sn, "Highest retransmitted NR PDCP Sequence Number", 24);
  f.counted("Delivered NR PDCP Sequence Number range", v.delivered_ranges, range);
}

// TS 38.425 figure 5.5.2.3-1
void fields(Frame& f, AssistanceInformation& v) {
  pdu_type(f, 2);
  f.present(v.pdcp_duplication_activation);
  f.present(v.fields);
  f.present(v.ul_delay_du_result);
  f.present(v.dl_delay_du_result);
  f.spare(7);
  if (v.pdcp_duplication_activation) {
    f.field("PDCP Duplication Activation Suggestion", *v.pdcp_duplication_activation, 1);
  } else {
    f.spare(1);
  }
  f.counted("Assistance Information", v.fields, [](Frame& g, AssistanceField& field) {
    g.field("Type", field.type, 8);
    g.blob("Value", field.value);
  });
  f.when(v.ul_delay_du_result, "UL Delay DU Result", 32);
  f.when(v.dl_delay_du_result, "DL Delay DU Result", 32);
}

// TS 29.281 5.2.2
void fields(Frame& f, PdcpPduNumber& v) { f.field("PDCP PDU number", v.number, 16); }
void fields(Frame& f, LongPdcpPduNumber& v) {
  f.spare(6);
  f.field("Long PDCP PDU number", v.number, 18);
}
void fields(Frame& f, UdpPort& v) { f.field("UDP Port", v.port, 16); }
void fields(Frame& f, ServiceClassIndicator& v) {
  f.field("Service Class Indicator", v.indicator, 8);
  f.spare(8);
}

// The octets of an extension header between its length and the next type, padded to 4n - 2.
bool write_content(Extension::Content& content, Bytes& out) {
  out.clear();
  if (auto* raw = std::get_if<RawExtension>(&content)) {
    out = raw->octets;
    return out.size() % 4 == 2;
  }
  Frame f(out);
  std::visit(
      [&](auto& v) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(v)>, RawExtension>) fields(f, v);
      },
      content);
  while (out.size() % 4 != 2) out.push_back(0);
  return !f.failed();
}

template <class T>
bool read_as(ByteView in, Extension::Content& out) {
  T v;
  Frame f(in);
  fields(f, v);
  if (f.failed()) return false;
  out = std::move(v);
  return true;
}

bool read_content(uint8_t type, ByteView in, Extension::Content& out) {
  switch (type) {
    case extension::pdu_session_container:
      if (in[0] >> 4 == 0) return read_as<DlPduSessionInformation>(in, out);
      if (in[0] >> 4 == 1) return read_as<UlPduSessionInformation>(in, out);
      break;
    case extension::nr_ran_container:
      if (in[0] >> 4 == 0) return read_as<DlUserData>(in, out);
      if (in[0] >> 4 == 1) return read_as<DlDataDeliveryStatus>(in, out);
      if (in[0] >> 4 == 2) return read_as<AssistanceInformation>(in, out);
      break;
    case extension::pdcp_pdu_number: return read_as<PdcpPduNumber>(in, out);
    case extension::long_pdcp_pdu_number:
    case extension::long_pdcp_pdu_number_optional: return read_as<LongPdcpPduNumber>(in, out);
    case extension::udp_port: return read_as<UdpPort>(in, out);
    case extension::service_class_indicator: return read_as<ServiceClassIndicator>(in, out);
    default: break;
  }
  out = RawExtension{Bytes(in.begin(), in.end())};
  return true;
}

Status read_extensions(ByteReader& reader, uint8_t next, std::vector<Extension>& out) {
  Bytes ours;
  while (next != 0) {
    if (out.size() == max_extensions) return fail(Fault::exhausted, "extension header", "more than {}", max_extensions);
    SEN_ASSIGN(uint8_t units, reader.u8());
    if (units == 0) return fail(Fault::invalid, "extension header", "type 0x{:02x} has length 0", next);
    auto body = reader.take(4u * units - 2);
    if (!body) return fail(Fault::truncated, "extension header", "type 0x{:02x} of {} octets runs out of the packet", next, 4u * units);
    Extension extension{.type = next};
    if (!read_content(next, *body, extension.content)) {
      return fail(Fault::truncated, "extension header", "type 0x{:02x} of {} octets is too short for its flags", next, 4u * units);
    }
    write_content(extension.content, ours);
    if (!std::equal(ours.begin(), ours.end(), body->begin(), body->end())) {
      extension.verbatim = {ours, Bytes(body->begin(), body->end())};
    }
    out.push_back(std::move(extension));
    SEN_ASSIGN(next, reader.u8());
  }
  return {};
}

namespace ie {
constexpr uint8_t recovery = 14;
constexpr uint8_t teid_data_i = 16;
constexpr uint8_t peer_address = 133;
constexpr uint8_t extension_header_type_list = 141;
constexpr uint8_t tunnel_status_information = 230;
constexpr uint8_t recovery_time_stamp = 231;
constexpr uint8_t private_extension = 255;
}  // namespace ie

Result<Ie> read_ie(ByteReader& reader) {
  SEN_ASSIGN(uint8_t type, reader.u8());
  if (type == ie::recovery) {
    SEN_ASSIGN(uint8_t counter, reader.u8());
    return Recovery{counter};
  }
  if (type == ie::teid_data_i) {
    SEN_ASSIGN(uint32_t teid, reader.u32());
    return TeidDataI{teid};
  }
  if (type < 128) return fail(Fault::unsupported, "IE", "type {} is of fixed length and not known", type);
  // Clause 8.5 alone has a length of one octet.
  SEN_ASSIGN(uint64_t length, reader.uint(type == ie::extension_header_type_list ? 1 : 2));
  auto taken = reader.take(length);
  if (!taken) return fail(Fault::truncated, "IE", "type {} of length {} runs out of the message", type, length);
  ByteReader value(*taken);
  Bytes octets(taken->begin(), taken->end());
  switch (type) {
    case ie::peer_address:
      if (length != 4 && length != 16) return fail(Fault::invalid, "GTP-U Peer Address", "length {} is neither 4 nor 16", length);
      return PeerAddress{std::move(octets)};
    case ie::extension_header_type_list: return ExtensionHeaderTypeList{std::move(octets)};
    case ie::tunnel_status_information: {
      if (length == 0) return fail(Fault::invalid, "GTP-U Tunnel Status Information", "length 0");
      TunnelStatusInformation status{.spoc = (octets[0] & 1) != 0};
      if (length > 1 || octets[0] > 1) status.later = std::move(octets);
      return status;
    }
    case ie::recovery_time_stamp:
      if (length != 4) return UnknownIe{type, std::move(octets)};
      return RecoveryTimeStamp{*value.u32()};
    case ie::private_extension: {
      auto enterprise = value.u16();
      if (!enterprise) return fail(Fault::invalid, "Private Extension", "length {} has no room for the enterprise number", length);
      return PrivateExtension{*enterprise, Bytes(value.rest().begin(), value.rest().end())};
    }
    default: return UnknownIe{type, std::move(octets)};
  }
}

bool tlv(ByteWriter& out, uint8_t type, ByteView value) {
  out.u8(type);
  out.u16(static_cast<uint16_t>(value.size()));
  out.put(value);
  return value.size() <= 65535;
}

bool write_ie(ByteWriter& out, const Ie& any) {
  struct Writer {
    ByteWriter& out;
    bool operator()(const Recovery& v) {
      out.u8(ie::recovery);
      out.u8(v.restart_counter);
      return true;
    }
    bool operator()(const TeidDataI& v) {
      out.u8(ie::teid_data_i);
      out.u32(v.teid);
      return true;
    }
    bool operator()(const PeerAddress& v) { return tlv(out, ie::peer_address, v.address) && (v.address.size() == 4 || v.address.size() == 16); }
    bool operator()(const ExtensionHeaderTypeList& v) {
      out.u8(ie::extension_header_type_list);
      out.u8(static_cast<uint8_t>(v.types.size()));
      out.put(v.types);
      return v.types.size() <= 255;
    }
    bool operator()(const TunnelStatusInformation& v) {
      uint8_t octet = v.spoc;
      return tlv(out, ie::tunnel_status_information, v.later.empty() ? ByteView(&octet, 1) : ByteView(v.later));
    }
    bool operator()(const RecoveryTimeStamp& v) {
      ByteWriter value;
      value.u32(v.ntp_seconds);
      return tlv(out, ie::recovery_time_stamp, value.view());
    }
    bool operator()(const PrivateExtension& v) {
      ByteWriter value;
      value.u16(v.enterprise_id);
      value.put(v.value);
      return tlv(out, ie::private_extension, value.view());
    }
    bool operator()(const UnknownIe& v) { return v.type >= 128 && v.type != ie::extension_header_type_list && tlv(out, v.type, v.value); }
  };
  return std::visit(Writer{out}, any);
}

// The mandatory IEs of each message (TS 29.281 7.2, 7.3, 7.4).
const char* missing_ie(const Message& message) {
  switch (message.type) {
    case echo_response: return find<Recovery>(message) ? nullptr : "Recovery";
    case error_indication:
      if (!find<TeidDataI>(message)) return "Tunnel Endpoint Identifier Data I";
      return find<PeerAddress>(message) ? nullptr : "GTP-U Peer Address";
    case supported_extension_headers_notification: return find<ExtensionHeaderTypeList>(message) ? nullptr : "Extension Header Type List";
    case tunnel_status: return find<TunnelStatusInformation>(message) ? nullptr : "GTP-U Tunnel Status Information";
    default: return nullptr;
  }
}

bool is_known_message(uint8_t type) {
  switch (type) {
    case echo_request:
    case echo_response:
    case error_indication:
    case supported_extension_headers_notification:
    case tunnel_status:
    case end_marker:
    case g_pdu: return true;
    default: return false;
  }
}

}  // namespace

const char* message_name(uint8_t type) {
  switch (type) {
    case echo_request: return "Echo Request";
    case echo_response: return "Echo Response";
    case error_indication: return "Error Indication";
    case supported_extension_headers_notification: return "Supported Extension Headers Notification";
    case tunnel_status: return "Tunnel Status";
    case end_marker: return "End Marker";
    case g_pdu: return "G-PDU";
    default: return "message";
  }
}

Result<Message> decode(ByteView datagram) {
  ByteReader reader(datagram);
  Message message;
  SEN_ASSIGN(uint8_t flags, reader.u8());
  SEN_ASSIGN(message.type, reader.u8());
  SEN_ASSIGN(uint16_t length, reader.u16());
  if (flags >> 5 != 1 || !(flags & 0x10)) return fail(Fault::unsupported, "GTP-U header", "first octet 0x{:02x} is not GTPv1", flags);
  SEN_ASSIGN(message.teid, reader.u32());
  if (length != reader.left()) {
    return fail(Fault::truncated, "GTP-U header", "length {} where {} octets follow", length, reader.left());
  }
  if (!is_known_message(message.type)) return fail(Fault::unsupported, "GTP-U header", "message type {} is not known", message.type);
  message.ignored.spare_flag = flags & 8;
  if (flags & 7) {
    SEN_ASSIGN(uint16_t sequence, reader.u16());
    SEN_ASSIGN(uint8_t n_pdu, reader.u8());
    SEN_ASSIGN(uint8_t next, reader.u8());
    if (flags & 2) {
      message.sequence = sequence;
    } else {
      message.ignored.sequence = sequence;
    }
    if (flags & 1) {
      message.n_pdu = n_pdu;
    } else {
      message.ignored.n_pdu = n_pdu;
    }
    if (flags & 4) {
      SEN_TRY(read_extensions(reader, next, message.extensions));
      message.ignored.e_flag = next == 0;
    } else {
      message.ignored.next = next;
    }
  }
  if (message.type == g_pdu) {
    message.payload.assign(reader.rest().begin(), reader.rest().end());
    return message;
  }
  while (!reader.empty()) {
    if (message.ies.size() == max_ies) return fail(Fault::exhausted, message_name(message.type), "more than {} IEs", max_ies);
    auto one = read_ie(reader);
    if (!one) return std::unexpected(std::move(one.error()).within(message_name(message.type)));
    message.ies.push_back(std::move(*one));
  }
  if (auto* name = missing_ie(message)) return fail(Fault::missing, message_name(message.type), "{} is mandatory and missing", name);
  return message;
}

Result<Bytes> encode(const Message& message) {
  ByteWriter out;
  bool e = !message.extensions.empty() || message.ignored.e_flag;
  bool options = e || message.sequence || message.n_pdu;
  out.u8(static_cast<uint8_t>(0x30 | message.ignored.spare_flag << 3 | e << 2 | message.sequence.has_value() << 1 | message.n_pdu.has_value()));
  out.u8(message.type);
  out.u16(0);
  out.u32(message.teid);
  if (options) {
    out.u16(message.sequence.value_or(message.ignored.sequence));
    out.u8(message.n_pdu.value_or(message.ignored.n_pdu));
    out.u8(message.extensions.empty() ? message.ignored.next : message.extensions[0].type);
    Bytes body;
    for (size_t i = 0; i < message.extensions.size(); ++i) {
      const auto& one = message.extensions[i];
      // The field lists serve reading too and therefore take the content as mutable.
      bool good = one.type != 0 && write_content(const_cast<Extension::Content&>(one.content), body);
      if (one.verbatim && one.verbatim->ours == body) body = one.verbatim->received;
      if (!good || body.size() > 1018) return fail(Fault::invalid, "extension header", "type 0x{:02x} does not fit its format", one.type);
      out.u8(static_cast<uint8_t>((body.size() + 2) / 4));
      out.put(body);
      out.u8(i + 1 < message.extensions.size() ? message.extensions[i + 1].type : 0);
    }
  }
  for (const auto& one : message.ies) {
    if (!write_ie(out, one)) return fail(Fault::invalid, message_name(message.type), "an IE does not fit its format");
  }
  out.put(message.payload);
  size_t length = out.size() - 8;
  if (length > 65535) return fail(Fault::exhausted, message_name(message.type), "{} octets are more than 65535", length);
  out.set_u16(2, static_cast<uint16_t>(length));
  return out.take();
}

namespace {

void print_extension(const Extension& one, codec::Tree& tree) {
  if (auto* raw = std::get_if<RawExtension>(&one.content)) {
    tree.opaque(fmt::format("Extension Header 0x{:02x}", one.type), raw->octets);
    return;
  }
  Frame f(tree);
  std::visit(
      [&](auto& v) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(v)>, RawExtension>) {
          codec::Scope scope(tree, frame_name(v));
          fields(f, v);
        }
      },
      const_cast<Extension::Content&>(one.content));
  // Spare bits and padding carry nothing; octets beyond ours are of a later release.
  if (one.verbatim && one.verbatim->received.size() > one.verbatim->ours.size()) {
    tree.opaque("octets received", ByteView(one.verbatim->received).subspan(one.verbatim->ours.size()));
  }
}

void print_address(codec::Tree& tree, const char* name, const Bytes& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.size() == 4 || address.size() == 16) inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text, sizeof text);
  tree.leaf(name, text);
}

void print_ie(const Ie& any, codec::Tree& tree) {
  struct Printer {
    codec::Tree& tree;
    void operator()(const Recovery& v) { tree.leaf("Recovery", v.restart_counter); }
    void operator()(const TeidDataI& v) { tree.leaf("Tunnel Endpoint Identifier Data I", v.teid); }
    void operator()(const PeerAddress& v) { print_address(tree, "GTP-U Peer Address", v.address); }
    void operator()(const ExtensionHeaderTypeList& v) { tree.leaf("Extension Header Type List", ByteView(v.types)); }
    void operator()(const TunnelStatusInformation& v) {
      tree.leaf("GTP-U Tunnel Status Information.SPOC", v.spoc);
      if (v.later.size() > 1) tree.opaque("GTP-U Tunnel Status Information.octets received", ByteView(v.later).subspan(1));
    }
    void operator()(const RecoveryTimeStamp& v) { tree.leaf("Recovery Time Stamp", v.ntp_seconds); }
    void operator()(const PrivateExtension& v) {
      tree.leaf("Private Extension.Enterprise ID", v.enterprise_id);
      tree.leaf("Private Extension.value", ByteView(v.value));
    }
    void operator()(const UnknownIe& v) { tree.opaque(fmt::format("IE {}", v.type), v.value); }
  };
  std::visit(Printer{tree}, any);
}

}  // namespace

void print(const Message& message, codec::Tree& tree) {
  codec::Scope scope(tree, message_name(message.type));
  tree.leaf("TEID", message.teid);
  if (message.sequence) tree.leaf("Sequence Number", *message.sequence);
  if (message.n_pdu) tree.leaf("N-PDU Number", *message.n_pdu);
  for (const auto& one : message.extensions) print_extension(one, tree);
  for (const auto& one : message.ies) print_ie(one, tree);
  if (message.type == g_pdu) tree.leaf("T-PDU", ByteView(message.payload));
}

std::optional<uint8_t> refused_extension(const Message& message) {
  for (const auto& one : message.extensions) {
    if (endpoint_must_understand(one.type) && !is_known_extension(one.type)) return one.type;
  }
  return std::nullopt;
}

Message echo_response_to(const Message& request) {
  Message response{.type = echo_response};
  response.sequence = request.sequence.value_or(0);
  response.ies.push_back(Recovery{});
  return response;
}

Message error_indication_for(uint32_t teid, ByteView peer) {
  Message message{.type = error_indication};
  message.sequence = 0;
  message.ies = {TeidDataI{teid}, PeerAddress{Bytes(peer.begin(), peer.end())}};
  return message;
}

Message supported_extensions() {
  Message message{.type = supported_extension_headers_notification};
  message.sequence = 0;
  message.ies = {ExtensionHeaderTypeList{{extension::pdu_session_container, extension::nr_ran_container, extension::pdcp_pdu_number,
                                          extension::long_pdcp_pdu_number}}};
  return message;
}

Message end_marker_for(uint32_t teid) { return {.type = end_marker, .teid = teid}; }

namespace {

template <class T>
Extension random_extension(uint8_t type, Random& random) {
  T v;
  Frame f(random);
  fields(f, v);
  return {.type = type, .content = std::move(v)};
}

Extension random_extension(Random& random) {
  switch (random.between(0, 9)) {
    case 0:
    case 1: return random_extension<DlPduSessionInformation>(extension::pdu_session_container, random);
    case 2:
    case 3: return random_extension<UlPduSessionInformation>(extension::pdu_session_container, random);
    case 4: return random_extension<DlUserData>(extension::nr_ran_container, random);
    case 5: return random_extension<DlDataDeliveryStatus>(extension::nr_ran_container, random);
    case 6: return random_extension<AssistanceInformation>(extension::nr_ran_container, random);
    case 7: return random_extension<PdcpPduNumber>(extension::pdcp_pdu_number, random);
    case 8: return random_extension<LongPdcpPduNumber>(extension::long_pdcp_pdu_number, random);
    default: return random_extension<ServiceClassIndicator>(extension::service_class_indicator, random);
  }
}

}  // namespace

Message random_message(uint8_t type, Random& random) {
  Message message{.type = type};
  bool gpdu = type == g_pdu;
  if (gpdu || type == end_marker || type == tunnel_status) message.teid = static_cast<uint32_t>(random.between(1, 0xffffffff));
  if (!gpdu || random.chance(0.2)) message.sequence = static_cast<uint16_t>(random.next());
  if (gpdu && random.chance(0.1)) message.n_pdu = static_cast<uint8_t>(random.next());
  if (gpdu) {
    for (uint64_t n = random.between(0, 2); n > 0; --n) message.extensions.push_back(random_extension(random));
    message.payload = random.bytes(random.between(0, 60));
    return message;
  }
  if (type == echo_response) message.ies.push_back(Recovery{0});
  if (type == error_indication) {
    message.ies.push_back(TeidDataI{static_cast<uint32_t>(random.next())});
    message.ies.push_back(PeerAddress{random.bytes(random.chance(0.5) ? 4 : 16)});
  }
  if (type == supported_extension_headers_notification) message.ies = supported_extensions().ies;
  if (type == tunnel_status) message.ies.push_back(TunnelStatusInformation{.spoc = random.chance(0.5)});
  if (random.chance(0.3)) message.ies.push_back(PrivateExtension{9999, random.bytes(random.between(1, 8))});
  return message;
}

}  // namespace sen::gtpu
