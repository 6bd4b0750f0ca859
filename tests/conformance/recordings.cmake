sen_test(recordings SOURCES ${CMAKE_CURRENT_LIST_DIR}/recordings.cpp DEPS ue mac mac/asn1 codec/rrc phy)
