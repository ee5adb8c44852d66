using System.Text.Json.Nodes;

namespace Sluice.Integration.Tests.Purge;

/// <summary>Reads a purge receipt.</summary>
internal static class PurgeReceiptText
{
    /// <summary>Objects taken, or that would be.</summary>
    internal static int Entries(JsonNode receipt) => receipt["objects"]!.GetValue<int>();
}
