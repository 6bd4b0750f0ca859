sen_test(phy_coding
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_crc.cpp ${CMAKE_CURRENT_LIST_DIR}/phy_ldpc.cpp ${CMAKE_CURRENT_LIST_DIR}/phy_ldpc_kernels.cpp
    ${CMAKE_CURRENT_LIST_DIR}/phy_sch.cpp
  DEPS phy)
sen_test(phy_ldpc_awgn SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_ldpc_awgn.cpp DEPS phy)
