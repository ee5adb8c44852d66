using Sluice.Core.Objects;
using Sluice.Core.Variants;

namespace Sluice.Core.Origins;

/// <summary>One request to an origin.</summary>
public sealed record OriginRequest
{
    /// <summary>GET, HEAD, or any other token where the origin is not read-only.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>Normalised, percent-encoded path with a leading slash: no dot segments, unreserved characters decoded, hex in upper case.</summary>
    public required string Path { get; init; }

    /// <summary>Query with its leading "?", or empty.</summary>
    public string Query { get; init; } = "";

    /// <summary>Fields to pass on, already free of hop-by-hop ones. Ignored by origins that are not HTTP servers, conditions included. Never holds Host.</summary>
    public HeaderList Headers { get; init; } = new();

    /// <summary>The bytes wanted; null for all. An origin may ignore it and answer 200.</summary>
    public ByteRange? Range { get; init; }

    /// <summary>Only bytes of this version will do (If-Match / If-Unmodified-Since): another version is answered with 412.</summary>
    public ObjectVersion? Require { get; init; }

    /// <summary>The version held: answered with 304 when it is still the current one (If-None-Match / If-Modified-Since).</summary>
    public ObjectVersion? Held { get; init; }

    /// <summary>Request body for methods that have one; null otherwise.</summary>
    public Stream? Body { get; init; }

    /// <summary>Protocols to switch the connection to, as in an Upgrade field; null for none. An origin that agrees answers 101, and the body is then the connection, both ways.</summary>
    public string? Upgrade { get; init; }

    /// <summary>Length of <see cref="Body"/> in bytes when declared.</summary>
    public long? BodyLength { get; init; }

    /// <summary>What to make, for a transform's origin; null for every other.</summary>
    public TransformTask? Variant { get; init; }
}
