namespace Sluice.Edge.Fields;

/// <summary>The directives of Cache-Control that are switches, of requests and responses (RFC 9111 section 5.2, RFC 8246).</summary>
[Flags]
internal enum CacheDirectives
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>no-store.</summary>
    NoStore = 1,

    /// <summary>no-cache without a field list.</summary>
    NoCache = 2,

    /// <summary>private without a field list.</summary>
    Private = 4,

    /// <summary>public.</summary>
    Public = 8,

    /// <summary>must-revalidate.</summary>
    MustRevalidate = 16,

    /// <summary>proxy-revalidate.</summary>
    ProxyRevalidate = 32,

    /// <summary>must-understand.</summary>
    MustUnderstand = 64,

    /// <summary>no-transform.</summary>
    NoTransform = 128,

    /// <summary>immutable (RFC 8246).</summary>
    Immutable = 256,

    /// <summary>only-if-cached (requests).</summary>
    OnlyIfCached = 512,
}
