sen_test(phy_layers SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_layers.cpp DEPS phy)
