sen_fuzz(subscriber_import SOURCES ${CMAKE_CURRENT_LIST_DIR}/subscriber_import.cpp DEPS core/udm)
