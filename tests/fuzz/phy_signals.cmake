sen_fuzz(phy_signals SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_signals.cpp DEPS base nr phy)
