sen_test(mac_asn1 SOURCES ${CMAKE_CURRENT_LIST_DIR}/mac_asn1.cpp ${CMAKE_CURRENT_LIST_DIR}/mac_asn1_recorded.cpp DEPS mac mac/asn1 gnb codec/rrc)
