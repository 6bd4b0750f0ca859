#include "apps/demo_network.h"

#include <algorithm>

namespace sen {

Result<std::unique_ptr<DemoNetwork>> DemoNetwork::create(const CoreConfig& core, RadioConfig radio, load::LoadConfig load, Executor& executor,
                                                         crypto::RandomSource& random, Captures& captures, Reports reports) {
  std::unique_ptr<DemoNetwork> network(new DemoNetwork(executor, captures));
  DemoNetwork* self = network.get();
  const auto& server = core.amf.ngap_servers.front();
  SEN_ASSIGN(auto amf_address, IpAddress::parse(server.address));
  self->amf_n2_ = {amf_address, server.port};
  self->smf_n4_ = {core.smf.pfcp_servers.front().address, core.smf.pfcp_servers.front().port};
  self->smf_n4u_ = {core.smf.gtpu_servers.front().address, core.smf.gtpu_servers.front().port};
  self->upf_n4_ = {core.upf.pfcp_server.front().address, core.upf.pfcp_server.front().port};
  self->upf_n3_ = {core.upf.gtpu_server.front().address, core.upf.gtpu_server.front().port};
  auto add_gnb = [&](const gnb::RrcSettings& gnb) {
    self->gnb_n3_.push_back({gnb.n3, self->upf_n3_.port});
    self->gnb_n2_.push_back({gnb.n3, server.port});
  };
  add_gnb(radio.gnb);
  for (const auto& gnb : radio.further_gnbs) add_gnb(gnb);

  ControlPlanePorts ports;
  ports.amf.send_n2 = [self](uint32_t association, uint16_t stream, Bytes ngap) { return self->n2_to_gnb(association, stream, std::move(ngap)); };
  ports.amf.close_n2 = [self](uint32_t association) {
    self->after(n2_delay, [self, association] { self->radio_->n2_down("closed by the AMF", association - 1); });
  };
  ports.amf.nas_tap = [self](bool uplink, ByteView plain) { self->captures_.nas(self->executor_.now(), uplink, plain); };
  ports.smf.send_n4 = [self](const Endpoint& to, Bytes pfcp) { self->n4_to_upf(to, std::move(pfcp)); };
  ports.smf.send_n4u = [self](const Endpoint& to, Bytes gtpu) { self->n4u_to_upf(to, std::move(gtpu)); };
  SEN_ASSIGN(self->plane_, ControlPlane::create(core, executor, random, self->counters_, std::move(ports)));

  upf::UpfPorts upf_ports;
  upf_ports.send_n4 = [self](const Endpoint& to, Bytes pfcp) { self->n4_to_smf(to, std::move(pfcp)); };
  upf_ports.send_n3 = [self](const Endpoint& to, Packet gtpu) { self->n3_from_upf(to, std::move(gtpu)); };
  upf_ports.send_n6 = [self](Packet ip) {
    self->after(n6_delay, [self, ip = std::move(ip)]() mutable { self->data_network_->received(std::move(ip)); });
  };
  self->upf_ = std::make_unique<upf::Upf>(core.upf, executor, self->counters_, std::move(upf_ports));
  self->data_network_ = std::make_unique<upf::DataNetwork>(executor, self->counters_, self->upf_->pool(), [self](Packet ip) {
    self->after(n6_delay, [self, ip = std::move(ip)]() mutable { self->upf_->n6_received(std::move(ip)); });
  });

  RadioPorts radio_ports;
  radio_ports.send_n2 = [self](size_t gnb, uint16_t stream, Bytes ngap) { return self->n2_to_amf(gnb, stream, std::move(ngap)); };
  radio_ports.send_n3 = [self](size_t gnb, const IpAddress& to, Packet gtpu) { self->n3_from_gnb(gnb, to, std::move(gtpu)); };
  SEN_ASSIGN(self->radio_, RadioNetwork::create(std::move(radio), executor, self->counters_, std::move(radio_ports)));

  load::LoadPorts load_ports;
  load_ports.step = std::move(reports.step);
  load_ports.finished = std::move(reports.finished);
  self->measured_ = std::move(reports.measured);
  self->interval_ = reports.interval;
  SEN_ASSIGN(self->load_, load::LoadRunner::create(std::move(load), executor, random, std::move(load_ports), *self->radio_));
  return network;
}

void DemoNetwork::start() {
  upf_->start();
  radio_->start();
  after(n2_delay, [this] {
    for (size_t gnb = 0; gnb < gnb_n2_.size(); ++gnb) {
      plane_->amf().n2_up(static_cast<uint32_t>(gnb + 1), gnb_n2_[gnb].text());
      radio_->n2_up(gnb);
    }
  });
  if (measured_) measure_timer_.start(interval_, [this] { measure(); });
}

void DemoNetwork::measure() {
  ++intervals_;
  std::vector<mac::UeMetrics> ues;
  for (size_t gnb = 0; gnb < radio_->gnbs(); ++gnb) {
    for (size_t cell = 0; cell < radio_->gnb(gnb).cells(); ++cell) {
      for (const auto& ue : radio_->gnb(gnb).take_metrics(cell)) ues.push_back(ue);
    }
  }
  measured_(intervals_ * interval_, ues);
  measure_timer_.start(interval_, [this] { measure(); });
}

Status DemoNetwork::n2_to_amf(size_t gnb, uint16_t stream, Bytes ngap) {
  captures_.n2(executor_.now(), gnb_n2_[gnb], amf_n2_, ngap);
  after(n2_delay, [this, gnb, stream, ngap = std::move(ngap)] { plane_->amf().n2_received(static_cast<uint32_t>(gnb + 1), stream, ngap); });
  return {};
}

Status DemoNetwork::n2_to_gnb(uint32_t association, uint16_t stream, Bytes ngap) {
  const size_t gnb = association - 1;
  captures_.n2(executor_.now(), amf_n2_, gnb_n2_[gnb], ngap);
  after(n2_delay, [this, gnb, stream, ngap = std::move(ngap)] { radio_->n2_received(stream, ngap, gnb); });
  return {};
}

void DemoNetwork::on_n3(bool uplink, Task task) {
  if (n3_faults_.loss > 0 && n3_luck_.chance(n3_faults_.loss)) {
    ++n3_lost_[uplink];
    return;
  }
  Duration late{};
  if (n3_faults_.jitter > Duration{}) late = Duration(static_cast<int64_t>(n3_luck_.between(0, static_cast<uint64_t>(n3_faults_.jitter.count()))));
  after(n3_delay + late, std::move(task));
}

void DemoNetwork::n3_from_gnb(size_t gnb, const IpAddress& to, Packet gtpu) {
  captures_.n3(executor_.now(), gnb_n3_[gnb], {to, upf_n3_.port}, gtpu.view());
  on_n3(true, [this, gnb, to, gtpu = std::move(gtpu)]() mutable {
    if (to != upf_n3_.address) return n3_to_gnb(gnb_n3_[gnb], to, std::move(gtpu));  // forwarded in a handover
    Packet packet = upf_->pool().copy(gtpu.view());
    if (packet) upf_->n3_received(gnb_n3_[gnb], std::move(packet));
  });
}

void DemoNetwork::n3_to_gnb(const Endpoint& from, const IpAddress& to, Packet gtpu) {
  auto gnb = std::ranges::find(gnb_n3_, to, &Endpoint::address);
  Packet packet = gnb == gnb_n3_.end() ? Packet() : radio_->packets().copy(gtpu.view());
  if (packet) radio_->n3_received(from.address, std::move(packet), static_cast<size_t>(gnb - gnb_n3_.begin()));
}

void DemoNetwork::n3_from_upf(const Endpoint& to, Packet gtpu) {
  const Endpoint& from = upf_n3_;
  if (to == smf_n4u_) {
    captures_.n4(executor_.now(), from, to, gtpu.view());
    return after(n4_delay, [this, gtpu = std::move(gtpu)] { plane_->smf().n4u_received(upf_n3_, gtpu.view()); });
  }
  captures_.n3(executor_.now(), from, to, gtpu.view());
  on_n3(false, [this, to, gtpu = std::move(gtpu)]() mutable { n3_to_gnb(upf_n3_, to.address, std::move(gtpu)); });
}

void DemoNetwork::n4_to_upf(const Endpoint& to, Bytes pfcp) {
  captures_.n4(executor_.now(), smf_n4_, to, pfcp);
  after(n4_delay, [this, pfcp = std::move(pfcp)] { upf_->n4_received(smf_n4_, pfcp); });
}

void DemoNetwork::n4_to_smf(const Endpoint& to, Bytes pfcp) {
  captures_.n4(executor_.now(), upf_n4_, to, pfcp);
  after(n4_delay, [this, pfcp = std::move(pfcp)] { plane_->smf().n4_received(upf_n4_, pfcp); });
}

void DemoNetwork::n4u_to_upf(const Endpoint& to, Bytes gtpu) {
  captures_.n4(executor_.now(), smf_n4u_, to, gtpu);
  after(n4_delay, [this, gtpu = std::move(gtpu)] {
    Packet packet = upf_->pool().copy(gtpu);
    if (packet) upf_->n3_received(smf_n4u_, std::move(packet));
  });
}

}  // namespace sen
