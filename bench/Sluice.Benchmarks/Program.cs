using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/Sluice.Benchmarks -- --filter '*' --job short
// dotnet run -c Release --project bench/Sluice.Benchmarks -- presign-memory
if (args is ["presign-memory"]) await Sluice.Benchmarks.PresignMemory.RunAsync(1_000_000);
else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
