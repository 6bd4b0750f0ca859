sen_test(phy_modulation SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_modulation.cpp DEPS phy)
