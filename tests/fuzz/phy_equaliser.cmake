sen_fuzz(phy_equaliser SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_equaliser.cpp DEPS phy)
