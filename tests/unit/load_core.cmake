sen_test(load_core SOURCES ${CMAKE_CURRENT_LIST_DIR}/load_core.cpp DEPS apps/load core/amf core/smf core/udm core/upf core/upf/io)
