namespace S3Auth.DevelopmentStore;

/// <summary>POST /bucket with a form. Specification: "POST Object", Amazon S3 API Reference.</summary>
internal sealed class PostObject(EmbeddedStoreOptions options, ObjectFiles files, TimeProvider time)
{
    // The size of a file in a form up to this size is checked after reading it, because more fields may follow the file. Larger forms are
    // refused by their declared size.
    private const long JudgedByReading = 8 * 1024 * 1024;

    public async Task HandleAsync(HttpContext context, RequestTarget target, RequestAuthenticator authenticator)
    {
        var form = await FormUpload.ReadAsync(context.Request, context.RequestAborted);
        var fields = form.Fields;
        authenticator.AuthenticateForm(fields);

        var template = fields.Require(SigV4Names.Form.Key);
        var key = template.Replace("${filename}", form.FileName, StringComparison.Ordinal);
        if (key != template && form.FileName.Contains('\ufffd', StringComparison.Ordinal))
        {
            // The form reader replaces bytes that are not UTF-8, so the key would not be the one that was sent.
            throw S3Error.InvalidArgument.With("The file's name must be UTF-8.", ("ArgumentName", "file"));
        }

        if (key.Length == 0)
        {
            throw S3Error.InvalidArgument.With("User key must have a length greater than 0.", ("ArgumentName", "key"));
        }

        RequestTarget.RequireKey(key);
        var policy = PostPolicy.Parse(fields.Require(SigV4Names.Form.Policy));
        policy.Require(options.Bucket, key, fields, time.GetUtcNow());
        if (fields[SigV4Names.Form.Bucket] is { } bucket && !bucket.Equals(options.Bucket, StringComparison.Ordinal))
        {
            throw S3Error.AccessDenied.With("The form names another bucket than its URL.");
        }

        var properties = ObjectProperties.Read(fields.All);
        if (form.MaxFileBytes > Math.Max(policy.MaxBytes, JudgedByReading))
        {
            throw S3Error.EntityTooLarge.With(
                null, ("ProposedSize", S3Xml.Number(form.MaxFileBytes)), ("MaxSizeAllowed", S3Xml.Number(policy.MaxBytes)));
        }

        using var pending = files.Begin();
        using var checksum = options.Behaviour.HasChecksums ? DeclaredChecksum.Read(fields.All) : null;
        await pending.ReceiveAsync(form.File, policy.MaxBytes, piece => checksum?.Append(piece), context.RequestAborted);
        if (pending.Size < policy.MinBytes)
        {
            throw S3Error.EntityTooSmall.With(
                null, ("ProposedSize", S3Xml.Number(pending.Size)), ("MinSizeAllowed", S3Xml.Number(policy.MinBytes)));
        }

        var stored = new StoredObject(
            key, pending.Size, ETags.OfMd5(pending.Md5()), HttpTime.Now(time), properties.WithChecksum(checksum?.Verify()));
        files.Commit(pending, stored, precondition: _ => { });
        await AnswerAsync(context, target, fields, stored);
    }

    private async Task AnswerAsync(HttpContext context, RequestTarget target, FormFields fields, StoredObject stored)
    {
        var response = context.Response;
        response.Headers.ETag = stored.ETag;

        // As in S3, a redirect that is not an absolute http(s) URL is ignored, and an unknown status means 204.
        if ((fields["success_action_redirect"] ?? fields["redirect"]) is { } redirect
            && Uri.TryCreate(redirect, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https")
        {
            var query = $"bucket={S3UriEncoding.EncodeComponent(options.Bucket)}&key={S3UriEncoding.EncodeComponent(stored.Key)}"
                + $"&etag={S3UriEncoding.EncodeComponent(stored.ETag)}";
            response.StatusCode = StatusCodes.Status303SeeOther;
            response.Headers.Location =
                new UriBuilder(url) { Query = url.Query.Length > 1 ? $"{url.Query[1..]}&{query}" : query }.Uri.AbsoluteUri;
            response.ContentLength = 0;
            return;
        }

        var location = target.UrlOf(context.Request, stored.Key);
        response.Headers.Location = location;
        switch (fields["success_action_status"])
        {
            case "201":
                await S3Xml.SendAsync(response, StatusCodes.Status201Created, "PostResponse", xml =>
                {
                    xml.WriteElementString("Location", location);
                    xml.WriteElementString("Bucket", options.Bucket);
                    xml.WriteElementString("Key", stored.Key);
                    xml.WriteElementString("ETag", stored.ETag);
                });
                break;
            case "200":
                response.StatusCode = StatusCodes.Status200OK;
                response.ContentLength = 0;
                break;
            default:
                response.StatusCode = StatusCodes.Status204NoContent;
                break;
        }
    }
}
