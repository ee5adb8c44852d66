using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using Sluice.Integration.Tests.S3;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Presign;

/// <summary>samples/presigned-urls, run as a reader of it would.</summary>
public sealed class PresignSampleTests
{
    [Fact]
    public async Task Sample_AsItsCommentsSay_SendsViewersToTheBucket()
    {
        var bed = await S3Bed.GetAsync();
        var stop = TestContext.Current.CancellationToken;
        await bed.Client.PutObjectAsync(new PutObjectRequest { BucketName = bed.Bucket, Key = "videos/a b.mp4", InputStream = new MemoryStream(S3Bed.Content("clip")), UseChunkEncoding = false }, stop);
        var address = new Uri($"http://127.0.0.1:{FreePorts.Next()}");
        var start = new ProcessStartInfo("dotnet", [Tool.Sample("presigned-urls"), "--urls", address.ToString(), "--bucket", bed.Bucket]) { RedirectStandardOutput = true };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = bed.Server.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = bed.Server.SecretKey, ["AWS_REGION"] = bed.Server.Region, ["AWS_ENDPOINT_URL"] = bed.Server.Endpoint.ToString(),
        }) start.Environment[name] = value;
        using var app = Process.Start(start)!;
        try
        {
            _ = app.StandardOutput.ReadToEndAsync(stop);
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
            Assert.True(await Eventually.HoldsAsync(() => AnswersAsync(http), TimeSpan.FromSeconds(60)));
            var first = await http.AskAsync("/videos/a%20b.mp4");
            Assert.Equal(302, first.Status);
            Assert.StartsWith("private, max-age=", first.Header("Cache-Control"), StringComparison.Ordinal);
            Assert.Equal(S3Bed.Content("clip"), await http.GetByteArrayAsync(first.Header("Location"), stop));

            using var made = await http.PostAsync("/uploads/new.mp4", null, stop);
            var url = (await made.Content.ReadAsStringAsync(stop)).Trim();
            using var put = await http.PutAsync(url, new ByteArrayContent(S3Bed.Content("uploaded")), stop);
            Assert.Equal(HttpStatusCode.OK, put.StatusCode);
            Assert.Equal(2, (int)JsonNode.Parse(await http.GetStringAsync("/statistics", stop))!["signatures"]!);
        }
        finally
        {
            app.Kill();
            await app.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            return (await http.AskAsync("/statistics")).Status == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
