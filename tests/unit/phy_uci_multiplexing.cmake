sen_test(phy_uci_multiplexing SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_uci_multiplexing.cpp DEPS phy)
