using System.CommandLine;
using System.Globalization;
using Sluice.Api;
using Sluice.Configuration;
using Sluice.Redis;

namespace Sluice.Commands;

/// <summary><c>sluice stats</c>.</summary>
internal static class StatsCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("stats", "Show what a running server holds, and its requests by outcome since start.")
        {
            Examples = [("In a script", "sluice stats --json | jq .hitRatio")],
        };
        var api = new ApiFlags(command);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            var stats = await client.GetAsync("/v1/cache/stats", ApiJson.Wire.CacheStatistics, cancellation);
            api.Write(parsed, terminal.Out, stats, ApiJson.Wire.CacheStatistics, Write);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static void Write(TextWriter output, CacheStatistics stats)
    {
        Output.Pairs(output,
            ("Sluice", $"{stats.Version}, up {Duration.Format(TimeSpan.FromSeconds(Math.Floor(stats.UptimeSeconds)))}"),
            ("objects", Number(stats.Objects)),
            ("memory", $"{Of(stats.MemoryBytes, stats.MemoryMaximumBytes)}, {Number(stats.MemoryChunks)} chunks, {Number(stats.MemoryEvictions)} evicted"),
            ("disk", stats.DiskAway ? "not used, this server goes on without it: the log says why" : stats.Disk is not { } disk ? "off" : $"{Of(disk.Bytes, disk.MaximumBytes)}, {Number(disk.Objects)} objects, {Number(disk.Evictions)} evicted, {Number(disk.DamagedChunks)} damaged, {Number(disk.RefusedChunks)} refused"),
            ("redis", Redis(stats.Redis)),
            ("fetches", $"{Number(stats.Flights)} under way"),
            ("hit ratio", stats.HitRatio is { } ratio ? ratio.ToString("P1", CultureInfo.InvariantCulture) : "no requests yet"));
        output.WriteLine();
        Output.Table(output, ["outcome", "requests", "sent"], stats.Requests.Select(r => (string[])[r.Key, Number(r.Value), ByteSize.Display(stats.SentBytes.GetValueOrDefault(r.Key))]));
        WriteOrigins(output, stats.Origins);
    }

    private static void WriteOrigins(TextWriter output, IReadOnlyList<OriginStatistics> origins)
    {
        if (origins.Count == 0)
            return;
        output.WriteLine();
        Output.Table(output, ["route", "origin", "circuit"], origins.Select(o => (string[])[o.Route, o.Origin, o.Circuit]));
    }

    private static string Redis(RedisStatistics? redis) => redis switch
    {
        null => "off: this server is alone",
        { Connected: false } => $"{redis.Server} is away, this node goes on alone: {redis.Reason}",
        _ => $"{redis.Server}, {Number(redis.OtherNodes)} other node{(redis.OtherNodes == 1 ? "" : "s")}, {Number(redis.SharedHits)} objects taken from it, {Number(redis.SharedStored)} given ({ByteSize.Display(redis.SharedStoredBytes)}), {Number(redis.Losses)} losses",
    };

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Of(long bytes, long bound) => bound == 0 ? "off"
        : string.Create(CultureInfo.InvariantCulture, $"{ByteSize.Display(bytes)} of {ByteSize.Display(bound)} ({(double)bytes / bound:P0})");
}
