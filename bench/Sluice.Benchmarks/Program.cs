using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/Sluice.Benchmarks -- --filter '*' --job short
// dotnet run -c Release --project bench/Sluice.Benchmarks -- presign-memory
// dotnet run -c Release --project bench/Sluice.Benchmarks -- presign-speed
if (args is ["presign-memory"]) await Sluice.Benchmarks.PresignMemory.RunAsync(1_000_000);
else if (args is ["presign-speed"]) Sluice.Benchmarks.PresignSpeed.Run(rounds: 300);
else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
