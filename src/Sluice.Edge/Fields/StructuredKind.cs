namespace Sluice.Edge.Fields;

/// <summary>Type of a structured field value (RFC 8941 section 3).</summary>
internal enum StructuredKind
{
    /// <summary>An integer of at most 15 digits.</summary>
    Integer,

    /// <summary>A decimal number.</summary>
    Decimal,

    /// <summary>A quoted string.</summary>
    String,

    /// <summary>A token.</summary>
    Token,

    /// <summary>Base64 between colons.</summary>
    Bytes,

    /// <summary>?1, ?0, or a member without a value.</summary>
    Boolean,

    /// <summary>A list in parentheses.</summary>
    InnerList,
}
