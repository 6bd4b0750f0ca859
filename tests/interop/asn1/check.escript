#!/usr/bin/env escript
%% check.escript EBIN FILE: each line of FILE is "<type> <hex>". Decodes with the modules in EBIN, encodes again and compares.
%% Types for which Erlang departs from X.691: its encoder writes bitmaps above 64 bits differently from what its own decoder reads; it aligns
%% before a string of no characters (11.9.3.3: a length of zero is followed by nothing).
skipped() -> [<<"ManyAdditions">>, <<"ZeroLength">>].

main([Ebin, File]) ->
    true = code:add_path(Ebin),
    All = [list_to_atom(filename:basename(F, ".beam")) || F <- filelib:wildcard(Ebin ++ "/*.beam")],
    Modules = [M || M <- All, {module, M} =:= code:ensure_loaded(M), erlang:function_exported(M, decode, 2)],
    {ok, Text} = file:read_file(File),
    Lines = [binary:split(L, <<" ">>) || L <- binary:split(Text, <<"\n">>, [global]), L =/= <<>>],
    {Good, Bad, Types} = lists:foldl(fun(L, Acc) -> line(L, Modules, Acc) end, {0, 0, #{}}, Lines),
    None = [T || {T, none} <- maps:to_list(Types)],
    io:format("~p values of ~p types agree, ~p differ~n", [Good, maps:size(Types) - length(None), Bad]),
    None =:= [] orelse io:format("types unknown to Erlang: ~p~n", [None]),
    halt(if Bad =:= 0, None =:= [] -> 0; true -> 1 end).

line([Name, Hex], Modules, Acc) ->
    case lists:member(Name, skipped()) of
        true -> Acc;
        false -> compare(Name, Hex, Modules, Acc)
    end.

compare(Name, Hex, Modules, {Good, Bad, Types}) ->
    Type = binary_to_atom(Name),
    Bytes = binary:decode_hex(Hex),
    Module = case Types of #{Type := M} -> M; _ -> find(Type, Bytes, Modules) end,
    Now = Types#{Type => Module},
    case Module =:= none orelse agree(Module, Type, Bytes) of
        true -> {Good + 1, Bad, Now};
        What ->
            Bad < 20 andalso io:format("~s ~s~n  ~P~n", [Name, Hex, What, 30]),
            {Good, Bad + 1, Now}
    end.

find(_, _, []) -> none;
find(Type, Bytes, [M | Rest]) ->
    case M:decode(Type, Bytes) of
        {error, {asn1, {{undefined_type, _}, _}}} -> find(Type, Bytes, Rest);
        {error, {asn1, {undefined_type, _}}} -> find(Type, Bytes, Rest);
        _ -> M
    end.

agree(M, Type, Bytes) ->
    case M:decode(Type, Bytes) of
        {ok, Value} ->
            case M:encode(Type, Value) of
                {ok, Bytes} -> true;
                {ok, Other} -> {encodes, binary:encode_hex(Other)};
                Error -> {value, Value, Error}
            end;
        Error -> Error
    end.
