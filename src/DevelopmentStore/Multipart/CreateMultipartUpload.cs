namespace S3Auth.DevelopmentStore;

/// <summary>POST /bucket/key?uploads. Specification: "CreateMultipartUpload", Amazon S3 API Reference.</summary>
internal sealed class CreateMultipartUpload(EmbeddedStoreOptions options, MultipartUploads uploads)
{
    public Task HandleAsync(HttpContext context, RequestTarget target, string key)
    {
        var (request, response) = (context.Request, context.Response);
        var properties = ObjectProperties.Read(PutObject.PropertiesOf(request, target));
        var checksum = options.Behaviour.HasChecksums
            ? UploadChecksum.Read(request.Headers[UploadChecksum.AlgorithmHeader], request.Headers[ContentChecksum.TypeHeader])
            : null;
        if (checksum is not null)
        {
            response.Headers[UploadChecksum.AlgorithmHeader] = checksum.Algorithm;
            response.Headers[ContentChecksum.TypeHeader] = checksum.Type;
        }

        var upload = uploads.Create(key, properties.WithChecksumOfUpload(checksum));
        return S3Xml.SendAsync(response, StatusCodes.Status200OK, "InitiateMultipartUploadResult", xml =>
        {
            xml.WriteElementString("Bucket", options.Bucket);
            xml.WriteElementString("Key", key);
            xml.WriteElementString("UploadId", upload.Id);
        });
    }
}
