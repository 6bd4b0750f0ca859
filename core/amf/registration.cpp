// Registration (TS 24.501 5.5.1, TS 23.502 4.2.2.2). A request that fails or lacks integrity protection is worked on in a UE context of its
// own, which takes the place of the subscriber's earlier one only after authentication: nobody harms a registered UE without its keys.
#include <algorithm>

#include "core/amf/detail/core.h"

namespace sen::amf {

using nas::MmCause;
using nas::RegistrationKind;

namespace {

const char* family_of(RegistrationKind kind) {
  switch (kind) {
    case RegistrationKind::mobility_updating: return "rm_regmobfail";
    case RegistrationKind::periodic_updating: return "rm_regperiodfail";
    case RegistrationKind::emergency: return "rm_regemergfail";
    default: return "rm_reginitfail";
  }
}

// TS 33.501 5.3.2, 5.3.3: NEA0, 128-NEA1, 128-NEA2, 128-NIA1 and 128-NIA2 are mandatory in a UE.
bool acceptable(const nas::UeSecurityCapability& c) {
  return c.supports_ea(0) && c.supports_ea(1) && c.supports_ea(2) && c.supports_ia(1) && c.supports_ia(2);
}

}  // namespace

void Core::on_registration_request(Connection& c, Ue* known, nas::RegistrationRequest& request, bool verified) {
  RegistrationKind kind = request.type.kind;
  bool named = kind == RegistrationKind::mobility_updating || kind == RegistrationKind::periodic_updating || kind == RegistrationKind::emergency ||
               kind == RegistrationKind::snpn_onboarding || kind == RegistrationKind::disaster_roaming_mobility || kind == RegistrationKind::disaster_roaming_initial;
  if (!named) kind = RegistrationKind::initial;  // 9.11.3.7: other values mean initial
  (kind == RegistrationKind::mobility_updating   ? metrics.reg_mob_req
   : kind == RegistrationKind::periodic_updating ? metrics.reg_period_req
   : kind == RegistrationKind::emergency         ? metrics.reg_emerg_req
                                                 : metrics.reg_init_req)
      .add();
  auto refuse = [&](MmCause cause, const std::string& why, std::optional<uint32_t> back_off = {}) {
    metrics.cause(family_of(kind), static_cast<unsigned>(cause)).add();
    if (verified && known) {
      link(*known, c);
      c.secured = true;
      return reject_registration(*known, cause, why, back_off);
    }
    reject_registration(c, cause, why, back_off);
  };
  if (kind == RegistrationKind::emergency) return refuse(MmCause::pei_not_accepted, "emergency registration is not supported");
  if (kind == RegistrationKind::snpn_onboarding) return refuse(MmCause::protocol_error, "onboarding registration is not supported");
  if (kind == RegistrationKind::disaster_roaming_mobility || kind == RegistrationKind::disaster_roaming_initial) {
    return refuse(MmCause::disaster_roaming_not_allowed, "disaster roaming is not supported");
  }
  if (!config.serves(c.tai.plmn)) return refuse(MmCause::plmn_not_allowed, fmt::format("UE in {}, served are {}", c.tai.text(), config.tais_text()));
  if (!config.serves(c.tai)) return refuse(MmCause::no_suitable_cells_in_tracking_area, fmt::format("UE in {}, served are {}", c.tai.text(), config.tais_text()));
  if (overloaded) return refuse(MmCause::congestion, fmt::format("overload, {} procedures under way (limit {})", procedures, config.overload.start), config.overload.back_off_s);
  if (!verified && !request.security_capability) return refuse(MmCause::invalid_mandatory_information, "no UE security capability");
  if (request.security_capability && !acceptable(*request.security_capability)) {
    return refuse(MmCause::ue_security_capabilities_mismatch, fmt::format("UE security capability EA {:08b} IA {:08b} lacks mandatory algorithms (EA0 EA1 EA2 IA1 IA2)",
                                                                          request.security_capability->ea, request.security_capability->ia));
  }
  Ue* ue = verified ? known : nullptr;
  if (!ue && c.ue) {  // again on the same connection: a newcomer starts anew, anyone else is left alone
    Ue* current = ue_of(c);
    if (current && !current->registered() && current->tmsi == 0) {
      ue = current;
      abort_procedures(*ue);
      ue->supi.clear();
      ue->security_valid = false;
    }
  }
  if (Ue* displaced = ue_of(c); displaced && displaced != ue && c.secured) {  // its connection goes to the newcomer
    abort_procedures(*displaced);
    deactivate(*displaced, std::nullopt);
    c.secured = false;
  }
  if (!ue) ue = new_ue();
  if (!ue) return refuse(MmCause::congestion, fmt::format("{} UE contexts (limit {})", ues.size(), limit::ues), config.overload.back_off_s);
  if (verified) abort_procedures(*ue);
  abandon_handover(*ue, radio_cause(ngap::CauseRadioNetwork::interaction_with_other_procedure));
  link(*ue, c);
  if (verified) {
    c.secured = true;
    ue->key_count = ue->security.received_count();
    if (ue->paging) on_paging(*ue, PagingEvent::answered);
  }
  if (request.security_capability) {
    ue->capability = *request.security_capability;
    ue->has_capability = true;
  }
  ue->registration = std::make_unique<Registration>();
  ue->registration->kind = kind;
  ue->registration->verified = verified;
  if (!verified && known && known != ue && std::get_if<Guti>(&request.identity.value)) ue->registration->suci = known->supi;
  ue->registration->request = std::move(request);
  procedure_began();
  on_registration(*ue, RegistrationEvent::start);
}

void Core::on_registration(Ue& ue, RegistrationEvent event) {
  if (!ue.registration) return;
  Registration& r = *ue.registration;
  switch (event) {
    case RegistrationEvent::start: {
      if (auto* suci = std::get_if<nas::Suci>(&r.request.identity.value)) {
        auto text = suci_text(*suci);
        if (!text) return reject_registration(ue, MmCause::ue_identity_cannot_be_derived, text.error().describe());
        r.suci = std::move(*text);
        r.state = RegistrationState::authenticating;
        return begin_authentication(ue);
      }
      if (!std::get_if<Guti>(&r.request.identity.value)) {
        return reject_registration(ue, MmCause::invalid_mandatory_information, fmt::format("identity of type {}", static_cast<int>(r.request.identity.type())));
      }
      r.by_guti = !r.suci.empty() || r.verified;
      if (!r.verified && r.by_guti) {  // the owner of the 5G-GUTI has to prove that he is it
        r.state = RegistrationState::authenticating;
        return begin_authentication(ue);
      }
      if (!r.by_guti || ue.supi.empty()) {
        r.state = RegistrationState::identifying;
        return request_identity(ue, nas::IdentityType::suci);
      }
      if (ue.security.needs_renewal(config.renewal_count) || !ue.has_capability) {
        r.state = RegistrationState::authenticating;
        return begin_authentication(ue);
      }
      r.state = RegistrationState::securing;
      return on_registration(ue, RegistrationEvent::secured);
    }
    case RegistrationEvent::identified:
      if (r.state != RegistrationState::identifying && r.state != RegistrationState::authenticating) return;
      r.state = RegistrationState::authenticating;
      return begin_authentication(ue);
    case RegistrationEvent::authenticated:
      if (r.state != RegistrationState::authenticating) return;
      r.state = RegistrationState::securing;
      return on_security_mode(ue, SecurityModeEvent::start);
    case RegistrationEvent::secured:
      if (r.state != RegistrationState::securing) return;
      adopt(ue);
      r.state = RegistrationState::subscribing;
      if (ue.subscribed && r.kind != RegistrationKind::initial) return on_registration(ue, RegistrationEvent::subscribed);
      return fetch_subscription(ue);
    case RegistrationEvent::subscribed: {
      if (r.state != RegistrationState::subscribing) return;
      if (!choose_slices(ue)) return;
      if (r.kind == RegistrationKind::initial) release_sessions(ue, sbi::SmCause::other);  // TS 23.502 4.2.2.2.2 step 14a
      align_sessions(ue, r.request.session_status ? &*r.request.session_status : nullptr);
      r.state = RegistrationState::activating;
      uint16_t wanted = r.request.uplink_data_status ? r.request.uplink_data_status->sessions : 0;
      return activate(ue, wanted, &Core::accept_registration);
    }
    case RegistrationEvent::activated: return;
    case RegistrationEvent::completed: {
      if (r.state != RegistrationState::accepting) return;
      bool stays = r.kind == RegistrationKind::initial || r.request.type.follow_on || r.request.uplink_data_status.has_value();
      ue.registration.reset();
      procedure_ended();
      configuration_update(ue, false);
      auto waiting = take_waiting(ue);
      Connection* c = connection_of(ue);
      bool idle = !stays && waiting.empty() && std::none_of(ue.sessions.begin(), ue.sessions.end(), [](const Session& s) { return s.user_plane; });
      for (auto& delivery : waiting) deliver(ue, std::move(delivery));
      if (c && idle) release(*c, nas_cause(ngap::CauseNas::normal_release));
      return;
    }
  }
}

void Core::adopt(Ue& ue) {
  Ue* earlier = find_supi(ue.supi);
  if (earlier && earlier->id != ue.id) {
    deactivate(*earlier, std::nullopt);
    if (Connection* c = connection_of(*earlier)) release(*c, nas_cause(ngap::CauseNas::unspecified));
    if (ue.registration && ue.registration->kind != RegistrationKind::initial) move_sessions(*earlier, ue);
    ue.sdm_subscription = std::exchange(earlier->sdm_subscription, {});
    drop_ue(*earlier);
  }
  by_supi[ue.supi] = ue.id;
}

void Core::fetch_subscription(Ue& ue) {
  ue.registration->outstanding = 3;
  ue.ambr.reset();
  ue.subscription.clear();
  sbi::Amf3gppAccessRegistration registration{.ue_id = ue.supi, .amf_instance_id = config.name, .dereg_callback_uri = config.name,
                                              .guami = config.guami_of(ue.tai.plmn)};
  registration.initial_registration_ind = ue.registration->kind == RegistrationKind::initial;
  if (ue.imeisv_known) registration.pei = "imeisv-" + digits_from_bcd(ue.imeisv);
  ask<sbi::NudmUecmRegisterAmf>(ue, std::move(registration), [](Core& core, Ue& u, auto reply) { core.subscription_answer(u, reply ? nullptr : &reply.error()); });
  ask<sbi::NudmSdmGetAmData>(ue, {.supi = ue.supi}, [](Core& core, Ue& u, auto reply) {
    if (!reply) return core.subscription_answer(u, &reply.error());
    if (reply->nr_as_primary_rat_forbidden) {
      return core.reject_registration(u, MmCause::n1_mode_not_allowed, "the subscription does not allow NR");
    }
    u.ambr = reply->subscribed_ue_ambr;
    take_slices(u.subscription, *reply);
    core.subscription_answer(u, nullptr);
  });
  ask<sbi::NudmSdmGetSmfSelectData>(ue, {.supi = ue.supi}, [](Core& core, Ue& u, auto reply) {
    if (!reply) return core.subscription_answer(u, &reply.error());
    take_dnns(u.subscription, *reply);
    core.subscription_answer(u, nullptr);
  });
}

void Core::subscription_answer(Ue& ue, const sbi::ProblemDetails* problem) {
  if (!ue.registration || ue.registration->state != RegistrationState::subscribing) return;
  if (problem) {
    bool unknown = problem->status == 404 || problem->status == 403;
    return reject_registration(ue, unknown ? MmCause::services_not_allowed : MmCause::congestion,
                               fmt::format("UDM: {} {} {}", problem->status, problem->cause, problem->detail),
                               unknown ? std::nullopt : std::optional(config.overload.back_off_s));
  }
  if (--ue.registration->outstanding > 0) return;
  ue.subscribed = true;
  if (ue.sdm_subscription.empty()) {
    ask_always<sbi::NudmSdmSubscribe>(ue, {.supi = ue.supi, .nf_instance_id = config.name, .callback_reference = config.name, .monitored_resource_uris = {"am-data", "smf-select-data"}},
                                      [](Core&, Ue& u, auto reply) {
                                        if (reply) u.sdm_subscription = std::move(reply->subscription_id);
                                      });
  }
  on_registration(ue, RegistrationEvent::subscribed);
}

bool Core::in_area(const Ue& ue, const SNssai& slice) {
  Connection* c = ue.connection ? connection(ue.connection) : nullptr;
  Gnb* g = c ? gnb(c->association) : nullptr;
  if (!g) return true;
  return std::any_of(g->areas.begin(), g->areas.end(), [&](const Gnb::Area& a) {
    return a.tai == ue.tai && std::find(a.slices.begin(), a.slices.end(), slice) != a.slices.end();
  });
}

std::vector<SNssai> Core::standard_slices(const Ue& ue) {
  std::vector<SNssai> out;
  for (const auto& s : ue.subscription) {
    if (s.standard && config.supports(ue.tai.plmn, s.s_nssai) && in_area(ue, s.s_nssai) && out.size() < limit::allowed_slices) out.push_back(s.s_nssai);
  }
  return out;
}

// TS 23.501 5.15.5.2.1: requested and subscribed and supported here; else the subscription's default slices.
bool Core::choose_slices(Ue& ue) {
  Registration& r = *ue.registration;
  std::vector<SNssai> requested, allowed, subscribed;
  for (const auto& s : ue.subscription) subscribed.push_back(s.s_nssai);
  if (r.request.requested_nssai) {
    for (const auto& slice : r.request.requested_nssai->slices) requested.push_back(SNssai(slice));
  }
  r.rejected.clear();
  for (const auto& slice : requested) {
    if (std::find(allowed.begin(), allowed.end(), slice) != allowed.end()) continue;
    bool known = std::find(subscribed.begin(), subscribed.end(), slice) != subscribed.end() && config.supports(ue.tai.plmn, slice);
    if (known && in_area(ue, slice) && allowed.size() < limit::allowed_slices) {
      allowed.push_back(slice);
    } else if (r.rejected.size() < limit::allowed_slices) {
      r.rejected.push_back({static_cast<uint8_t>(known ? 1 : 0), slice});
    }
  }
  if (allowed.empty()) allowed = standard_slices(ue);
  if (!allowed.empty()) {
    ue.allowed = std::move(allowed);
    return true;
  }
  reject_registration(ue, MmCause::no_network_slices_available,
                      fmt::format("no slice to allow: requested {}, subscribed {}, the AMF has {}", text_of(requested), text_of(subscribed), config.slices_text(ue.tai.plmn)));
  return false;
}

static nas::TaiList tai_list(const AmfConfig& config, const Tai& current) {
  std::vector<Tai> tais{current};
  for (const auto& served : config.tais) {
    for (Tac tac : served.tacs) {
      Tai tai{served.plmn, tac};
      if (tais.size() < 16 && tai != current && served.plmn == current.plmn) tais.push_back(tai);
    }
  }
  return nas::TaiList::of(tais);
}

// The subscribed slices that this network has (TS 23.501 5.15.4.1.1).
nas::Nssai Core::configured_nssai(const Ue& ue) const {
  nas::Nssai out;
  for (const auto& s : ue.subscription) {
    if (config.supports(ue.tai.plmn, s.s_nssai) && out.slices.size() < limit::configured_slices) out.slices.emplace_back(s.s_nssai);
  }
  return out;
}

// Those that the UE may use and whose area meets the registration area (TS 23.501 5.6.5).
static std::optional<nas::LadnInformation> ladn_information(const AmfConfig& config, const Ue& ue, const nas::TaiList& registration_area) {
  nas::LadnInformation out;
  for (const auto& ladn : config.ladns) {
    bool subscribed = std::any_of(ue.subscription.begin(), ue.subscription.end(),
                                  [&](const SubscribedSlice& s) { return std::find(s.dnns.begin(), s.dnns.end(), ladn.dnn) != s.dnns.end(); });
    std::vector<Tai> area;
    for (Tac tac : ladn.tacs) {
      Tai tai{ue.tai.plmn, tac};
      if (registration_area.contains(tai) && area.size() < 16) area.push_back(tai);
    }
    if (subscribed && !area.empty() && out.ladns.size() < limit::ladns) out.ladns.push_back({Dnn{ladn.dnn}, nas::TaiList::of(area)});
  }
  if (out.ladns.empty()) return std::nullopt;
  return out;
}

static std::optional<nas::ServiceAreaList> service_area(const AmfConfig& config, const Ue& ue) {
  if (config.service_area.tacs.empty()) return std::nullopt;
  nas::PartialTaiList list;
  list.not_allowed = config.service_area.not_allowed;
  for (Tac tac : config.service_area.tacs) {
    if (list.tais.size() < 16) list.tais.push_back({ue.tai.plmn, tac});
  }
  list.count = static_cast<uint8_t>(list.tais.size());
  return nas::ServiceAreaList{{list}};
}

void Core::accept_registration(Ue& ue) {
  Registration& r = *ue.registration;
  Connection* c = connection_of(ue);
  if (!c) return;
  r.state = RegistrationState::accepting;
  allocate_guti(ue);
  nas::RegistrationAccept m;
  m.guti = guti_identity(ue);
  m.tai_list = tai_list(config, ue.tai);
  auto& allowed = m.allowed_nssai.emplace();
  for (const auto& slice : ue.allowed) allowed.slices.emplace_back(slice);
  if (!r.rejected.empty()) m.rejected_nssai = nas::RejectedNssai{r.rejected};
  // 24.501 5.5.1.2.4: for a UE that asks for no slices, or for some that it cannot have.
  bool asks_well = r.request.requested_nssai && r.rejected.empty();
  if (r.kind != RegistrationKind::periodic_updating && !asks_well) m.configured_nssai = configured_nssai(ue);
  if (auto ladn = ladn_information(config, ue, *m.tai_list)) m.ladn = std::move(*ladn);
  if (auto area = service_area(config, ue)) m.service_area = std::move(*area);
  nas::NetworkFeatureSupport features;
  features.ims_vops_3gpp = true;
  m.network_features = features;
  if (r.request.session_status) {
    nas::PduSessionStatus status;
    for (const auto& s : ue.sessions) status.set(s.id);
    m.session_status = status;
  }
  std::vector<SmDelivery> items;
  if (ue.activation) {
    items = std::move(ue.activation->items);
    if (r.request.uplink_data_status) {
      nas::PduSessionStatus failed;
      failed.sessions = ue.activation->failed;
      m.reactivation_result = failed;
    }
    ue.activation.reset();
  }
  m.t3512 = nas::GprsTimer3::from_seconds(config.timers.t3512);
  if (config.timers.t3502 != 720) m.t3502 = nas::GprsTimer2(nas::GprsTimer::from_seconds(config.timers.t3502));
  if (r.request.requested_drx) m.negotiated_drx = *r.request.requested_drx;
  auto plain = nas::encode(m);
  if (!plain) return reject_registration(ue, MmCause::protocol_error, plain.error().describe());
  set_registered(ue, true);
  (r.kind == RegistrationKind::mobility_updating   ? metrics.reg_mob_succ
   : r.kind == RegistrationKind::periodic_updating ? metrics.reg_period_succ
                                                   : metrics.reg_init_succ)
      .add();
  log_info(Layer::amf, "{}: registered ({}), {} in {}, slices {}", ue.name(), nas::name_of(r.kind) ? nas::name_of(r.kind) : "initial", Guti{ue.guami, ue.tmsi}.text(), ue.tai.text(), text_of(ue.allowed));
  bool setup = c->state == Connection::State::signalling && (c->context_requested || !items.empty());
  if (setup) {
    auto pdu = protect(ue, *plain);
    await(ue, Awaited::registration_complete, std::move(*plain), config.timers.t3550, false);
    if (pdu) send_context_setup(ue, *c, std::move(*pdu), std::move(items));
    return;
  }
  await(ue, Awaited::registration_complete, std::move(*plain), config.timers.t3550);
  for (auto& item : items) deliver(ue, std::move(item));
}

void Core::on_registration_complete(Connection&, Ue& ue) {
  if (ue.awaited != Awaited::registration_complete || !ue.registration) {
    log_warning(Layer::amf, "{}: Registration Complete that nobody asked for", ue.name());
    return send_status(ue, MmCause::message_type_not_compatible_with_state);
  }
  answered(ue, Awaited::registration_complete);
  retire_old_guti(ue);
  on_registration(ue, RegistrationEvent::completed);
}

static nas::RegistrationReject reject_message(MmCause cause, std::optional<uint32_t> back_off) {
  nas::RegistrationReject m;
  m.cause = cause;
  if (back_off) m.t3346 = nas::GprsTimer2(nas::GprsTimer::from_seconds(*back_off));
  return m;
}

void Core::reject_registration(Connection& c, MmCause cause, const std::string& why, std::optional<uint32_t> back_off) {
  log_warning(Layer::amf, "Registration rejected with cause {} ({}): {}", static_cast<int>(cause), nas::name_of(cause) ? nas::name_of(cause) : "?", why);
  send_plain(c, reject_message(cause, back_off));
  release(c, nas_cause(ngap::CauseNas::unspecified));
}

void Core::reject_registration(Ue& ue, MmCause cause, const std::string& why, std::optional<uint32_t> back_off) {
  log_warning(Layer::amf, "{}: Registration rejected with cause {} ({}): {}", ue.registration && !ue.registration->suci.empty() && ue.supi.empty() ? ue.registration->suci : ue.name(),
              static_cast<int>(cause), nas::name_of(cause) ? nas::name_of(cause) : "?", why);
  auto m = reject_message(cause, back_off);
  if (ue.registration) {
    if (!ue.registration->rejected.empty()) m.rejected_nssai = nas::RejectedNssai{ue.registration->rejected};
    metrics.cause(family_of(ue.registration->kind), static_cast<unsigned>(cause)).add();
  }
  send_nas(ue, m);
  abort_procedures(ue);
  if (cause != MmCause::congestion) {  // 5.5.1.3.5: cause 22 leaves the UE registered
    release_sessions(ue, sbi::SmCause::other);
    set_registered(ue, false);
  }
  if (Connection* c = connection_of(ue)) return release(*c, nas_cause(ngap::CauseNas::unspecified));
  settle(ue);
}

}  // namespace sen::amf
