// Radio over ZeroMQ, wire-compatible with srsRAN 4G, srsRAN Project and OCUDU: per port and direction one REQ/REP pair. The transmitter binds REP, the
// receiver connects REQ; a request is one octet, the reply any number of float32 I/Q samples without a header. Time is the sample count, and lock-step:
// nobody runs ahead of the peer but by what the queues hold.
//
// When the peer goes, what it did not send reads as silence up to the first sample that it did not fetch; the one that comes next continues there, so
// that both directions stay aligned. Sockets live on a thread of the object's own.
#pragma once

#include <memory>
#include <vector>

#include "radio/radio.h"

namespace sen::radio {

struct ZmqConfig {
  std::vector<std::string> tx_ports;  // to bind: "tcp://*:2000"
  std::vector<std::string> rx_ports;  // to connect to: "tcp://localhost:2001"
  double sample_rate_hz = 0;          // base_srate
  size_t queue_samples = 614400;      // that may wait in either direction

  // "tx_port=tcp://*:2000,rx_port=tcp://localhost:2001,base_srate=11.52e6"; further ports as tx_port1, rx_port1 ... or by repetition. Keys that mean
  // something to other radios only (id, fail_on_disconnect, log_trx_timeout, trx_timeout_ms) are taken and ignored.
  static Result<ZmqConfig> parse(const std::string& device_args);
};

class Zmq final : public Radio {
 public:
  // Error: an address that cannot be bound or is none, by name.
  static Result<std::unique_ptr<Zmq>> open(const ZmqConfig& config);
  ~Zmq() override;

  Result<uint64_t> receive(std::span<const std::span<Cf>> ports) override;
  Status transmit(uint64_t time, std::span<const std::span<const Cf>> ports) override;
  void stop() override;
  Counters counters() const override;
  // A peer has asked for samples and sent some since the last loss.
  bool connected() const;

 private:
  struct Impl;
  explicit Zmq(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::radio
