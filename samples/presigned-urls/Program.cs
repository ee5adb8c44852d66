// Presigned URLs in an ASP.NET Core app: it decides who may see a file, the bucket sends it.
//
//   export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-central-1    (and AWS_ENDPOINT_URL where it is not AWS)
//   dotnet run --project samples/presigned-urls -- --bucket media --urls http://127.0.0.1:5000
//   curl -sL http://127.0.0.1:5000/videos/clip.mp4 -o clip.mp4     a redirect to the bucket; everybody gets the same URL for most of an hour
//   curl -s -X POST http://127.0.0.1:5000/uploads/new.mp4          a URL to put a file: curl -T new.mp4 "$URL"
//   curl -s http://127.0.0.1:5000/statistics                       how often it was signed, and how often not
using Sluice.S3;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSluiceS3(new S3OriginOptions { Bucket = builder.Configuration["bucket"] ?? "media" });

var app = builder.Build();

app.MapGet("/videos/{**path}", async (string path, HttpContext context, IPresignedUrls urls, TimeProvider time) =>
{
    // Here the app would look who asks.
    var url = await urls.GetAsync("videos/" + path, cancellation: context.RequestAborted);
    var seconds = (long)(url.ReuseUntil - time.GetUtcNow()).TotalSeconds;
    context.Response.Headers.CacheControl = $"private, max-age={Math.Max(0, seconds)}";
    return Results.Redirect(url.Url);
});

app.MapPost("/uploads/{name}", async (string name, IPresignedUrls urls) =>
    (await urls.GetAsync("uploads/" + name, new PresignOptions { Method = "PUT", Expires = TimeSpan.FromMinutes(15) })).Url + "\n");

app.MapGet("/statistics", (IPresignedUrls urls) => urls.GetStatistics());

app.Run();
