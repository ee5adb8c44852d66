namespace Sluice.Edge.Transport;

/// <summary>What the first bytes of a request are to the transport.</summary>
internal enum HeadKind
{
    /// <summary>The head has not ended yet.</summary>
    Incomplete,

    /// <summary>A GET or HEAD without a body, understood to the last byte.</summary>
    Plain,

    /// <summary>As plain, but it asks for something that only the ordinary way does.</summary>
    Ordinary,

    /// <summary>Anything else. Where it ends is not for the transport to say, so the connection is the server's from here on.</summary>
    Unknown,
}
