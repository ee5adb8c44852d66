using System.Text;

namespace Sluice.Redis.Connections;

/// <summary>Which of a cluster's 16,384 slots a key belongs to (Redis Cluster specification, "Key distribution model").</summary>
internal static class HashSlot
{
    public const int Count = 16_384;

    public static int Of(string key)
    {
        // Only what is between the first { and the next } counts, when there is anything.
        var open = key.IndexOf('{', StringComparison.Ordinal);
        var close = open < 0 ? -1 : key.IndexOf('}', open + 1);
        var part = close > open + 1 ? key[(open + 1)..close] : key;
        var crc = 0;
        foreach (var one in Encoding.UTF8.GetBytes(part))
        {
            crc ^= one << 8;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 0x8000) != 0 ? ((crc << 1) ^ 0x1021) & 0xFFFF : (crc << 1) & 0xFFFF;
        }

        return crc % Count;
    }
}
