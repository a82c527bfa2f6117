#!/bin/sh
# Finds the objects in a photo, with the network and the photo of the folder that DETECT_SHARED names.
if [ -z "${DETECT_SHARED:-}" ]; then
    ./detect --version
    echo "No network comes with the program yet. To see it at work, name a folder that has"
    echo "models/yolo-fastest-1.1-coco and images/dog.jpg:  make demo DETECT_SHARED=FOLDER"
    exit 0
fi
./detect --model "$DETECT_SHARED/models/yolo-fastest-1.1-coco" -o detections "$DETECT_SHARED/images/dog.jpg" || exit
echo "The picture with its boxes is in detections/"
