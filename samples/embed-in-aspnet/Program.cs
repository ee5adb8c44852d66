// Sluice inside an ASP.NET Core app: the app's own answers are cached, as far as their Cache-Control allows.
//
//   dotnet run --project samples/embed-in-aspnet -- --urls http://127.0.0.1:5000
//   curl -i http://127.0.0.1:5000/report          X-Cache-Status: MISS after two seconds, then HIT at once
//   curl -i -r 0-9 http://127.0.0.1:5000/report   a range of the stored answer: the app knows nothing of ranges
//   curl -i -X POST http://127.0.0.1:5000/report  changes it: the next GET is a MISS
//   curl -X POST http://127.0.0.1:5000/publish    purges everything tagged "reports"
using Sluice.Core.Objects;
using Sluice.Core.Tags;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSluice(options => options.MemoryBytes = 32 << 20);

var app = builder.Build();
app.UseSluice();

var edition = 1;

app.MapGet("/report", async (HttpContext context, TimeProvider time, CancellationToken stop) =>
{
    await Task.Delay(TimeSpan.FromSeconds(2), time, stop);
    context.Response.Headers.CacheControl = "max-age=60, stale-while-revalidate=30";
    context.Response.Headers.ETag = $"\"{edition}\"";
    context.Response.Headers["Cache-Tag"] = "reports";
    return $"The report, edition {edition}, which took two seconds to write.\n";
});

app.MapPost("/report", () => $"Edition {Interlocked.Increment(ref edition)} is out.\n");

// Says nothing about caching, so it is never stored.
app.MapGet("/time", (TimeProvider time) => $"{time.GetUtcNow():O}\n");

app.MapPost("/publish", async (ObjectCache cache) =>
{
    var receipt = await cache.PurgeAsync(new PurgeRequest(PurgeKind.Tag, "reports"));
    return $"{receipt.Objects} purged\n";
});

app.Run();
