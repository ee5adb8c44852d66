namespace Sluice.Redis.Protocol;

/// <summary>What a reply is (RESP3 specification, redis/redis-specifications).</summary>
internal enum RespKind : byte
{
    /// <summary>Nothing: <c>_</c>, or the <c>$-1</c> and <c>*-1</c> of RESP2.</summary>
    Null,

    /// <summary>A short text in one line: <c>+OK</c>.</summary>
    Text,

    /// <summary>An error: <c>-MOVED 1 host:port</c>, or <c>!</c> with a length.</summary>
    Error,

    /// <summary>A whole number: <c>:1</c>; true and false (<c>#t</c>, <c>#f</c>) are 1 and 0.</summary>
    Integer,

    /// <summary>Bytes: <c>$</c>, or <c>=</c> without its three letters of format.</summary>
    Bytes,

    /// <summary>A number with a fraction or beyond 64 bits, kept as its text: <c>,</c> and <c>(</c>.</summary>
    Number,

    /// <summary>Values in order: <c>*</c> and <c>~</c>.</summary>
    List,

    /// <summary>Names and values, one after the other: <c>%</c>.</summary>
    Map,

    /// <summary>What the server says unasked: <c>&gt;</c>. Never an answer.</summary>
    Push,
}
