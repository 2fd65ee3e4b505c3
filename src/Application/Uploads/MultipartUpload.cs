namespace S3Auth.Application.Uploads;

/// <summary>A multipart upload, as its <c>upload_id</c> describes it.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="StoreId">The store's id of the upload.</param>
/// <param name="Plan">The announced size and the size of each part.</param>
/// <param name="IsWriteOnce">Whether it must not overwrite an object.</param>
internal sealed record MultipartUpload(ObjectName Key, string StoreId, PartPlan Plan, bool IsWriteOnce);
