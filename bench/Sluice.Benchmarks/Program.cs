using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/Sluice.Benchmarks -- --filter '*' --job short
// dotnet run -c Release --project bench/Sluice.Benchmarks -- presign-memory
// dotnet run -c Release --project bench/Sluice.Benchmarks -- presign-speed
// dotnet run -c Release --project bench/Sluice.Benchmarks -- index-start --entries 1000000
// bench/load/run.sh downloads    (which runs "downloads hits SCRATCH BUCKET" and "downloads scenarios SCRATCH BUCKET LINE LINE LINE")
if (args is ["presign-memory"]) await Sluice.Benchmarks.PresignMemory.RunAsync(1_000_000);
else if (args is ["presign-speed"]) Sluice.Benchmarks.PresignSpeed.Run(rounds: 300);
else if (args is ["index-start", "--entries", var entries]) await Sluice.Benchmarks.IndexStart.RunAsync(int.Parse(entries, System.Globalization.CultureInfo.InvariantCulture));
else if (args is ["index-start", "once", var cache, var held]) await Sluice.Benchmarks.IndexStart.RunOnceAsync(cache, int.Parse(held, System.Globalization.CultureInfo.InvariantCulture));
else if (args is ["downloads", "hits", var scratch, var bucket]) await Sluice.Benchmarks.DownloadFigures.HitsAsync(scratch, bucket);
else if (args is ["downloads", "scenarios", var folder, var from, .. { Length: 3 } lines]) await Sluice.Benchmarks.DownloadFigures.ScenariosAsync(folder, from, [.. lines.Select(line => new Uri(line))]);
else if (args is ["redis", var port, var depth, var seconds])
{
    // As sluice serve does before its first socket.
    Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
    await Sluice.Benchmarks.RedisSpeed.RunAsync(int.Parse(port), int.Parse(depth), double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));
}
else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
