// The headers that every file with RRC messages needs.
#pragma once

#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_channels.h"
#include "rrc/detail/core.h"
