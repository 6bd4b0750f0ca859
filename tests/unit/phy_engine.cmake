sen_test(phy_engine SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_engine.cpp DEPS phy)
