sen_test(phy_signals
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_sequence.cpp ${CMAKE_CURRENT_LIST_DIR}/phy_ofdm.cpp ${CMAKE_CURRENT_LIST_DIR}/phy_prach.cpp
          ${CMAKE_CURRENT_LIST_DIR}/phy_srs.cpp ${CMAKE_CURRENT_LIST_DIR}/phy_csi_rs.cpp ${CMAKE_CURRENT_LIST_DIR}/phy_signals.cpp
  DEPS phy)
