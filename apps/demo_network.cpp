#include "apps/demo_network.h"

namespace sen {

Result<std::unique_ptr<DemoNetwork>> DemoNetwork::create(const CoreConfig& core, load::LoadConfig load, Executor& executor,
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
  for (const auto& gnb : load.gnbs) {
    self->gnb_n3_.push_back(gnb.n3);
    self->gnb_n2_.push_back({gnb.n3.address, server.port});
  }

  ControlPlanePorts ports;
  ports.amf.send_n2 = [self](uint32_t association, uint16_t stream, Bytes ngap) { return self->n2_to_gnb(association, stream, std::move(ngap)); };
  ports.amf.close_n2 = [self](uint32_t association) {
    self->after(n2_delay, [self, association] { self->load_->n2_down(association - 1, "closed by the AMF"); });
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

  load::LoadPorts load_ports;
  load_ports.send_n2 = [self](size_t gnb, uint16_t stream, Bytes ngap) { return self->n2_to_amf(gnb, stream, std::move(ngap)); };
  load_ports.send_n3 = [self](size_t gnb, const Endpoint& to, Bytes gtpu) { self->n3_to_upf(gnb, to, std::move(gtpu)); };
  load_ports.step = std::move(reports.step);
  load_ports.finished = std::move(reports.finished);
  SEN_ASSIGN(self->load_, load::LoadRunner::create(std::move(load), executor, random, self->counters_, std::move(load_ports)));
  return network;
}

void DemoNetwork::start() {
  upf_->start();
  for (size_t gnb = 0; gnb < gnb_n2_.size(); ++gnb) {
    after(n2_delay, [this, gnb] {
      plane_->amf().n2_up(static_cast<uint32_t>(gnb + 1), gnb_n2_[gnb].text());
      load_->n2_up(gnb);
    });
  }
}

Status DemoNetwork::n2_to_amf(size_t gnb, uint16_t stream, Bytes ngap) {
  captures_.n2(executor_.now(), gnb_n2_[gnb], amf_n2_, ngap);
  after(n2_delay, [this, gnb, stream, ngap = std::move(ngap)] { plane_->amf().n2_received(static_cast<uint32_t>(gnb + 1), stream, ngap); });
  return {};
}

Status DemoNetwork::n2_to_gnb(uint32_t association, uint16_t stream, Bytes ngap) {
  size_t gnb = association - 1;
  captures_.n2(executor_.now(), amf_n2_, gnb_n2_[gnb], ngap);
  after(n2_delay, [this, gnb, stream, ngap = std::move(ngap)] { load_->n2_received(gnb, stream, ngap); });
  return {};
}

void DemoNetwork::n3_to_upf(size_t gnb, const Endpoint& to, Bytes gtpu) {
  captures_.n3(executor_.now(), gnb_n3_[gnb], to, gtpu);
  after(n3_delay, [this, gnb, gtpu = std::move(gtpu)] {
    Packet packet = upf_->pool().copy(gtpu);
    if (packet) upf_->n3_received(gnb_n3_[gnb], std::move(packet));
  });
}

void DemoNetwork::n3_from_upf(const Endpoint& to, Packet gtpu) {
  const Endpoint& from = upf_n3_;
  if (to == smf_n4u_) {
    captures_.n4(executor_.now(), from, to, gtpu.view());
    return after(n4_delay, [this, gtpu = std::move(gtpu)] { plane_->smf().n4u_received(upf_n3_, gtpu.view()); });
  }
  captures_.n3(executor_.now(), from, to, gtpu.view());
  after(n3_delay, [this, to, gtpu = std::move(gtpu)] {
    for (size_t gnb = 0; gnb < gnb_n3_.size(); ++gnb) {
      if (gnb_n3_[gnb].address == to.address) return load_->n3_received(gnb, upf_n3_, gtpu.view());
    }
  });
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
