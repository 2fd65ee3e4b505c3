using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// Handles requests: parses the target, verifies the signature, executes the operation, and answers every refusal in S3's XML. Only a CORS
/// preflight needs no valid signature.
/// </summary>
internal sealed partial class S3Requests(
    EmbeddedStoreOptions options, ObjectFiles files, MultipartUploads uploads, TimeProvider time, ILogger<S3Requests> logger)
{
    private readonly RequestAuthenticator _authenticator = new(options, time);
    private readonly PostObject _postObject = new(options, files, time);
    private readonly PutObject _putObject = new(options, files, time);
    private readonly GetObject _getObject = new(options, files);
    private readonly CopyObject _copyObject = new(options, files, time);
    private readonly ListObjects _listObjects = new(options, files.Index);
    private readonly DeleteObjects _deleteObjects = new(options, files);
    private readonly CreateMultipartUpload _createMultipartUpload = new(options, uploads);
    private readonly UploadPart _uploadPart = new(options, files, uploads, time);
    private readonly UploadPartCopy _uploadPartCopy = new(options, files, uploads, time);
    private readonly ListParts _listParts = new(options, uploads);
    private readonly ListMultipartUploads _listMultipartUploads = new(options, uploads);
    private readonly CompleteMultipartUpload _completeMultipartUpload = new(options, files, uploads);
    private readonly AbortMultipartUpload _abortMultipartUpload = new(uploads);

    public async Task HandleAsync(HttpContext context)
    {
        var requestId = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
        context.Response.Headers["x-amz-request-id"] = requestId;
        context.Response.Headers["x-amz-bucket-region"] = options.Region;
        var rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        try
        {
            AllowAnyOrigin(context);
            if (options.Behaviour.ReadsUnderscoresAsHyphens)
            {
                RenameUnderscores(context.Request.Headers);
            }

            if (HttpMethods.IsOptions(context.Request.Method))
            {
                context.Response.StatusCode = StatusCodes.Status200OK;
                context.Response.ContentLength = 0;
                return;
            }

            await DispatchAsync(context, RequestTarget.Parse(rawTarget, context.Request.Host.Host));
        }
        catch (S3Exception refusal)
        {
            await RefuseAsync(context, refusal, rawTarget, requestId);
        }
        catch (Exception gone)
            when (gone is ConnectionResetException
                || (context.RequestAborted.IsCancellationRequested && gone is OperationCanceledException or IOException))
        {
            LogGone(requestId);
            context.Abort();
        }
        catch (BadHttpRequestException bad)
        {
            var error = bad.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => S3Error.EntityTooLarge,
                StatusCodes.Status408RequestTimeout => S3Error.RequestTimeout,
                _ => S3Error.IncompleteBody,
            };
            await RefuseAsync(context, error.With(), rawTarget, requestId);
        }
        catch (Exception failure)
        {
            LogFailed(failure, requestId);
            await RefuseAsync(context, S3Error.InternalError.With(), rawTarget, requestId);
        }
    }

    private async Task DispatchAsync(HttpContext context, RequestTarget target)
    {
        if (HttpMethods.IsPost(context.Request.Method) && target.Key is null && FormUpload.IsForm(context.Request))
        {
            RequireBucket(target);
            RequireNoQuery(target, []);
            if (!options.Behaviour.TakesForms)
            {
                throw S3Error.NotImplemented.With("This store takes no upload forms (POST Object).");
            }

            await _postObject.HandleAsync(context, target, _authenticator);
            return;
        }

        var signed = _authenticator.Authenticate(context.Request, target);
        if (target.Bucket is not null)
        {
            RequireBucket(target);
        }

        await (target switch
        {
            { Bucket: null } => OnServiceAsync(context, target),
            { Key: { } key } => OnObjectAsync(context, target, key, signed),
            _ => OnBucketAsync(context, target, signed),
        });
    }

    private Task OnServiceAsync(HttpContext context, RequestTarget target)
    {
        RequireNoQuery(target, ["max-buckets", "prefix", "continuation-token", "bucket-region"]);
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            throw S3Error.NotImplemented.With();
        }

        return S3Xml.SendAsync(context.Response, StatusCodes.Status200OK, "ListAllMyBucketsResult", xml =>
        {
            S3Xml.WriteOwner(xml, "Owner", options);
            xml.WriteStartElement("Buckets");
            xml.WriteStartElement("Bucket");
            xml.WriteElementString("Name", options.Bucket);
            xml.WriteElementString("CreationDate", S3Xml.Time(files.CreatedAt));
            xml.WriteEndElement();
            xml.WriteEndElement();
        });
    }

    private async Task OnBucketAsync(HttpContext context, RequestTarget target, SignedRequest signed)
    {
        switch (context.Request.Method)
        {
            case "GET" when target.Query.Has("location"):
                RequireNoQuery(target, ["location"]);
                await S3Xml.SendAsync(
                    context.Response, StatusCodes.Status200OK, "LocationConstraint", xml => xml.WriteString(options.Region));
                break;
            case "GET" when target.Query.Has("uploads"):
                RequireNoQuery(
                    target,
                    ["uploads", "prefix", "delimiter", "max-uploads", "key-marker", "upload-id-marker", "encoding-type"]);
                await _listMultipartUploads.HandleAsync(context, target.Query);
                break;
            case "GET":
                RequireNoQuery(
                    target,
                    [
                        "list-type", "prefix", "delimiter", "max-keys", "continuation-token", "start-after", "encoding-type", "fetch-owner",
                        "marker",
                    ]);
                await _listObjects.HandleAsync(context, target.Query);
                break;
            case "HEAD":
                RequireNoQuery(target, []);
                context.Response.StatusCode = StatusCodes.Status200OK;
                break;
            case "PUT":
                RequireNoQuery(target, []);
                throw S3Error.BucketAlreadyOwnedByYou.With(null, ("BucketName", options.Bucket));
            case "POST" when target.Query.Has("delete"):
                RequireNoQuery(target, ["delete"]);
                await _deleteObjects.HandleAsync(context, signed);
                break;
            case "POST":
                RequireNoQuery(target, []);
                throw S3Error.PreconditionFailed.With(null, ("Condition", "Bucket POST must be of the enclosure-type multipart/form-data"));
            default:
                throw S3Error.NotImplemented.With();
        }
    }

    private async Task OnObjectAsync(HttpContext context, RequestTarget target, string key, SignedRequest signed)
    {
        switch (context.Request.Method)
        {
            case "GET" when target.Query.Has("uploadId"):
                RequireNoQuery(target, ["uploadId", "max-parts", "part-number-marker", "encoding-type"]);
                await _listParts.HandleAsync(context, target, key);
                break;
            case "GET" or "HEAD":
                RequireNoQuery(
                    target,
                    [
                        "response-content-type", "response-content-language", "response-expires", "response-cache-control",
                        "response-content-disposition", "response-content-encoding",
                    ]);
                await _getObject.HandleAsync(context, target, key);
                break;
            case "PUT" when target.Query.Has("uploadId") || target.Query.Has("partNumber"):
                RequireNoQuery(target, ["uploadId", "partNumber"]);
                await (CopySource.IsNamedBy(context.Request)
                    ? _uploadPartCopy.HandleAsync(context, target, key)
                    : _uploadPart.HandleAsync(context, target, key, signed));
                break;
            case "PUT" when CopySource.IsNamedBy(context.Request):
                RequireNoQuery(target, []);
                await _copyObject.HandleAsync(context, target, key);
                break;
            case "PUT":
                RequireNoQuery(target, []);
                await _putObject.HandleAsync(context, target, key, signed);
                break;
            case "POST" when target.Query.Has("uploads"):
                RequireNoQuery(target, ["uploads"]);
                await _createMultipartUpload.HandleAsync(context, target, key);
                break;
            case "POST" when target.Query.Has("uploadId"):
                RequireNoQuery(target, ["uploadId"]);
                await _completeMultipartUpload.HandleAsync(context, target, key, signed);
                break;
            case "DELETE" when target.Query.Has("uploadId"):
                RequireNoQuery(target, ["uploadId"]);
                await _abortMultipartUpload.HandleAsync(context, target, key);
                break;
            case "DELETE":
                RequireNoQuery(target, []);
                files.Delete(key);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                RequireNoQuery(target, []);
                throw S3Error.NotImplemented.With();
        }
    }

    private void RequireBucket(RequestTarget target)
    {
        if (!string.Equals(target.Bucket, options.Bucket, StringComparison.Ordinal))
        {
            throw S3Error.NoSuchBucket.With(null, ("BucketName", target.Bucket ?? ""));
        }
    }

    /// <summary>
    /// Refuses subresources and parameters that an operation does not support, because ignoring them would mislead the client. Parameters
    /// that begin with <c>x-</c> are ignored, as in S3.
    /// </summary>
    private static void RequireNoQuery(RequestTarget target, ReadOnlySpan<string> but)
    {
        foreach (var name in target.Query.Names)
        {
            if (!name.StartsWith("x-", StringComparison.OrdinalIgnoreCase) && !but.Contains(name))
            {
                throw S3Error.NotImplemented.With(null, ("Parameter", name));
            }
        }
    }

    // Not the headers of HTTP itself: the server has already read those.
    private static void RenameUnderscores(IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers.Where(header => header.Key.Contains('_', StringComparison.Ordinal)).ToArray())
        {
            var renamed = name.Replace('_', '-');
            if (renamed.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase))
            {
                headers.Remove(name);
                headers.Append(renamed, values);
            }
        }
    }

    /// <summary>Allows web pages of any origin to use the store. There are no cookies to protect.</summary>
    private static void AllowAnyOrigin(HttpContext context)
    {
        var (request, headers) = (context.Request.Headers, context.Response.Headers);
        if (request.Origin.Count == 0)
        {
            return;
        }

        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders =
            "ETag, Location, Content-Range, x-amz-request-id, x-amz-bucket-region, x-amz-storage-class";
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            headers.AccessControlAllowMethods = "GET, HEAD, PUT, POST, DELETE";
            headers.AccessControlMaxAge = "3000";
            if (request.AccessControlRequestHeaders.ToString() is { Length: > 0 } asked && asked.All(c => c is > ' ' and < '\x7f' or ' '))
            {
                headers.AccessControlAllowHeaders = asked;
            }
        }
    }

    private async Task RefuseAsync(HttpContext context, S3Exception refusal, string rawTarget, string requestId)
    {
        LogRefused(requestId, context.Request.Method, refusal.Error.Code, refusal.Error.Message);
        if (context.Response.HasStarted)
        {
            // The answer has started, so only an aborted connection can signal the failure to the client.
            context.Abort();
            return;
        }

        context.Response.Headers.ETag = default;
        context.Response.Headers.LastModified = default;
        await S3Xml.SendErrorAsync(context.Response, refusal, rawTarget.Split('?')[0], requestId);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Refused request {RequestId}: {Method} {Code}: {Reason}")]
    private partial void LogRefused(string requestId, string method, string code, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The client of request {RequestId} disconnected")]
    private partial void LogGone(string requestId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed")]
    private partial void LogFailed(Exception failure, string requestId);
}
