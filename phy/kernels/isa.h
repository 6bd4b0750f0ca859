// The instruction set of the PHY's kernels, chosen once a process: the best that the CPU has, or what the environment variable SEN_ISA asks for
// (scalar, avx2, avx512, neon). Each kernel's source is written once over Google Highway and compiled for each set; its plain reference stands
// beside it in the namespace `reference`, is always built, and is what "scalar" runs.
#pragma once

#include <string_view>
#include <vector>

namespace sen::phy {

enum class Isa { scalar, avx2, avx512, neon };
std::string_view to_string(Isa isa);

Isa isa();                       // in use
bool scalar();                   // isa() == Isa::scalar: call the reference
std::vector<Isa> available_isas();
// For tests and benches; not while kernels run. False when this machine does not have it.
bool use_isa(Isa isa);

}  // namespace sen::phy
