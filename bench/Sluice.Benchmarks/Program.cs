using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/Sluice.Benchmarks -- --filter '*' --job short
// dotnet run -c Release --project bench/Sluice.Benchmarks -- presign-memory
if (args is ["presign-memory"]) await Sluice.Benchmarks.PresignMemory.RunAsync(1_000_000);
else if (args is ["redis", var port, var depth, var seconds]) await Sluice.Benchmarks.RedisSpeed.RunAsync(int.Parse(port), int.Parse(depth), double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));
else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
