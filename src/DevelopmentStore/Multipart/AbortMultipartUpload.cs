namespace S3Auth.DevelopmentStore;

/// <summary>DELETE /bucket/key?uploadId. Specification: "AbortMultipartUpload", Amazon S3 API Reference.</summary>
internal sealed class AbortMultipartUpload(MultipartUploads uploads)
{
    public async Task HandleAsync(HttpContext context, RequestTarget target, string key)
    {
        var upload = uploads.Find(target.Query["uploadId"]!, key);
        await uploads.CloseAsync(upload, () => Task.CompletedTask, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
