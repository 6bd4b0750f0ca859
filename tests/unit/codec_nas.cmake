sen_test(codec_nas
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/codec_nas_elements.cpp ${CMAKE_CURRENT_LIST_DIR}/codec_nas_errors.cpp
          ${CMAKE_CURRENT_LIST_DIR}/codec_nas_messages.cpp ${CMAKE_CURRENT_LIST_DIR}/codec_nas_property.cpp
  DEPS codec/nas)
sen_test(interop_nas_tshark SOURCES ${CMAKE_CURRENT_LIST_DIR}/codec_nas_tshark.cpp DEPS codec/nas)
