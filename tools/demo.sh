#!/bin/sh
# The main job on what the repository carries: counts the products on a shelf and leaves the picture.
./detect samples/shelf-4.jpg -o detections || exit
echo "The picture with its boxes is detections/shelf-4.jpg"
