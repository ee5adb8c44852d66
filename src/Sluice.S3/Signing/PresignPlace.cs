using System.Text;

namespace Sluice.S3.Signing;

/// <summary>Where presigned URLs lead, as the bytes that all of them share. All of it is ASCII.</summary>
/// <param name="root">Scheme, host and port of the URL.</param>
/// <param name="path">What comes before every key, percent-encoded, from "/".</param>
/// <param name="host">The Host field that clients send.</param>
internal sealed class PresignPlace(string root, string path, string host)
{
    /// <summary>The beginning of every URL.</summary>
    public byte[] Start { get; } = Encoding.ASCII.GetBytes(root + path);

    /// <summary>Where in a URL its path begins.</summary>
    public int PathAt => root.Length;

    /// <summary>What follows the query in the canonical request: the one signed header, its name, and a body not known beforehand.</summary>
    public byte[] Rest { get; } = Encoding.ASCII.GetBytes($"\nhost:{host}\n\nhost\n{SigV4Signer.UnsignedPayload}");
}
